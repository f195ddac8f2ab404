"""`mobtheory solve`: what it prints, writes and returns, end to end."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory import covering
from mobtheory.cli import app
from mobtheory.report.schema import schema_of

from .sample_solutions import BUDGET, open_bracket, save_tokens, solution_document, tokens

FILES = {"solution.json", "solution.svg"}


def run(*words, **options):
    return CliRunner().invoke(app, [str(word) for word in words], **options)


def solve(folder, *words, path=None):
    path = save_tokens(folder) if path is None else path
    return run("solve", path, "--budget", BUDGET, "--output", folder / "out", *words)


def _data(folder):
    return json.loads((folder / "out" / "solution.json").read_text())


def _optimum(**options):
    visual, prompt = tokens()
    return mob.solve_exact(mob.CoveringProblem(visual, prompt, BUDGET, normalize=True), **options)


@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
def test_a_file_is_solved_with_table_figure_and_json(tmp_path, objective):
    result = solve(tmp_path, "--objective", objective)
    assert result.exit_code == 0, result.output
    best = _optimum(objective=objective)
    assert f"optimal: {best.upper:.6g}" in result.stdout
    assert f"Figure: {tmp_path / 'out' / 'solution.svg'}" in " ".join(result.stdout.split())
    assert "\x1b" not in result.stdout
    assert result.stderr.startswith(f"{objective}: ")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    data = _data(tmp_path)
    assert list(Draft202012Validator(schema_of("solution")).iter_errors(data)) == []
    assert (data["solution"]["lower"], data["solution"]["upper"]) == (best.lower, best.upper)


def test_json_is_one_document_on_stdout_and_the_one_that_is_written(tmp_path):
    result = solve(tmp_path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == _data(tmp_path)
    assert "radius: " in result.stderr
    assert "solution.svg" in result.stderr


def test_the_options_reach_the_problem(tmp_path):
    result = solve(tmp_path, "--no-normalize", "--metric", "manhattan", "--prompt-budget", 2,
                   "--time-limit", 30, "--json")  # fmt: skip
    data = json.loads(result.stdout)
    assert data["input"]["normalize"] is False
    assert data["input"]["metric"] == "manhattan"
    assert data["options"]["prompt_budget"] == 2
    assert data["options"]["time_limit"] == 30
    visual, prompt = tokens()
    problem = mob.CoveringProblem(visual, prompt, BUDGET, metric="manhattan")
    assert data["solution"]["upper"] == mob.solve_exact(problem, prompt_budget=2).upper


def test_the_tokens_are_normalised_by_default(tmp_path):
    assert json.loads(solve(tmp_path, "--json").stdout)["input"]["normalize"] is True


def test_a_time_limit_leaves_an_interval_that_is_never_called_optimal(tmp_path):
    rng = np.random.default_rng(0)
    visual = rng.normal(size=(400, 24))
    path = tmp_path / "uniform.npz"
    np.savez(path, visual=visual, prompt=visual[:5] + 0.1)
    result = run("solve", path, "--budget", 40, "--objective", "k-center", "--time-limit", 0.3,
                 "--output", tmp_path / "out")  # fmt: skip
    assert result.exit_code == 0, result.output
    found = _data(tmp_path)["solution"]
    assert found["status"] == "time-limit"
    assert 0 < found["lower"] < found["upper"]
    assert "optimal" not in result.stdout
    assert "time limit" in result.stdout
    assert "between" in result.stdout
    problem = mob.CoveringProblem(visual, visual[:5] + 0.1, 40, normalize=True)
    kept = mob.Selection([], found["selection"]["visual_centers"])
    assert mob.evaluate_selection(problem, kept).union_radius == found["upper"]


def test_k_center_needs_no_prompt_and_the_others_say_so(tmp_path):
    path = save_tokens(tmp_path, prompt=False)
    assert solve(tmp_path, "--objective", "k-center", path=path).exit_code == 0
    result = solve(tmp_path, path=path)
    assert result.exit_code == 2
    assert "'prompt' is needed" in result.stderr


def test_safetensors_are_read_like_npz(tmp_path):
    save_file = pytest.importorskip("safetensors.numpy").save_file
    visual, prompt = tokens()
    save_file({"visual": visual, "prompt": prompt}, tmp_path / "tokens.safetensors")
    result = solve(tmp_path, "--json", path=tmp_path / "tokens.safetensors")
    found = json.loads(result.stdout)
    assert found["solution"] == solution_document()["solution"]
    assert found["input"]["file"] == "tokens.safetensors"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--objective", "area"], "radius, union, k-center"),
        (["--metric", "hamming"], "metric"),
        (["--prompt-budget", "6"], "prompt_budget"),
        (["--time-limit", "0"], "time_limit"),
        (["--time-limit", "nan"], "time_limit"),
        (["--method", "greedy"], "--frontier"),
        (["--method", "quick", "--frontier"], "exact, greedy"),
        (["--frontier", "--objective", "union"], "Leave --objective"),
        (["--frontier", "--prompt-budget", "2"], "Leave --prompt-budget"),
        (["--budget", "0"], "budget"),
        (["--budget", "41"], "budget"),
    ],
)
def test_bad_input_is_exit_status_2_in_one_message_and_writes_nothing(tmp_path, words, told):
    result = solve(tmp_path, *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["--no-such-option"], ["--budget", "many"], ["--time-limit", "long"], ["extra"]]
)
def test_bad_usage_is_exit_status_2(tmp_path, words):
    assert solve(tmp_path, *words).exit_code == 2
    assert run("solve", save_tokens(tmp_path)).exit_code == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"PK garbage")
    for name, told in (
        ("nowhere.npz", "No such file"),
        ("broken.npz", "complete .npz"),
        (".", "suffix"),
    ):
        result = solve(tmp_path, path=tmp_path / name)
        assert result.exit_code == 2
        assert told in result.stderr
        assert name in result.stderr


def test_a_missing_package_is_exit_status_3(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    (tmp_path / "t.safetensors").write_bytes(b"")
    result = solve(tmp_path, path=tmp_path / "t.safetensors")
    assert result.exit_code == 3
    assert "pip install" in result.stderr


def _never(*_, **__):
    raise AssertionError("solved although the result could not have been written")


def test_a_file_in_place_of_the_folder_is_found_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("mine")
    monkeypatch.setattr(covering, "solve_exact", _never)
    result = solve(tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("mobtheory: solve: received folder")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_that_turns_unwritable_keeps_the_old_solution(tmp_path, monkeypatch):
    assert solve(tmp_path).exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def fsync(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)
    result = solve(tmp_path, "--objective", "union")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("mobtheory: solve: received folder")
    assert "No space left" in result.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def _interrupted(*brackets):
    def solve_exact(problem, *, progress, **_):
        for bracket in brackets:
            progress("radius", *bracket)
        raise KeyboardInterrupt

    return solve_exact


def test_an_interrupt_writes_the_bracket_so_far_and_is_exit_status_130(tmp_path, monkeypatch):
    least = _optimum().upper
    monkeypatch.setattr(
        covering, "solve_exact", _interrupted((0.1, 2.0), (0.9 * least, 1.01 * least))
    )
    result = solve(tmp_path)
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert "Traceback" not in result.stderr
    found = _data(tmp_path)["solution"]
    assert found["status"] == "interrupted"
    assert found["lower"] <= least <= found["upper"]
    assert "between" in result.stdout
    assert "optimal" not in result.stdout


def test_an_interrupt_before_any_bracket_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(covering, "solve_exact", _interrupted())
    result = solve(tmp_path)
    assert result.exit_code == 130
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_on_a_terminal_there_is_a_bar_and_stdout_stays_json(tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = solve(tmp_path, "--json")
    assert json.loads(result.stdout) == _data(tmp_path)
    assert "\x1b" in result.stderr
    assert "radius" in result.stderr


def test_report_renders_a_saved_solution_again(tmp_path):
    first = solve(tmp_path)
    out = tmp_path / "out"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "solution.svg").unlink()
    result = run("report", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == first.stdout
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert json.loads(run("report", out, "--json").stdout) == _data(tmp_path)


def test_report_refuses_a_damaged_solution_and_changes_nothing(tmp_path):
    solve(tmp_path)
    out = tmp_path / "out"
    for text in ("", '{"schema": 1}', json.dumps({**open_bracket(), "extra": 1})):
        (out / "solution.json").write_text(text)
        drawn = (out / "solution.svg").read_bytes()
        result = run("report", out)
        assert result.exit_code == 2
        assert "solution" in result.stderr
        assert (out / "solution.svg").read_bytes() == drawn


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may ignore it
from mobtheory.cli import main
sys.argv = ["mobtheory", "solve", {path!r}, "--budget", "{budget}", "--objective", "k-center",
            "--time-limit", "300", "--output", {output!r}, *{words}]
main()
"""


def _process(path, budget, output, *words, stdout=subprocess.PIPE):
    script = textwrap.dedent(SCRIPT).format(
        path=str(path), budget=budget, output=str(output), words=list(words)
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=stdout, stderr=subprocess.PIPE, text=True
    )


def test_a_process_solves_and_writes(tmp_path):
    process = _process(save_tokens(tmp_path), BUDGET, tmp_path / "out")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "optimal" in out
    assert err.startswith("k-center: ")
    assert _data(tmp_path)["solution"]["status"] == "optimal"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_full_standard_output_is_one_message_and_exit_status_2(tmp_path, words):
    with open("/dev/full", "w") as full:
        process = _process(save_tokens(tmp_path), BUDGET, tmp_path / "out", *words, stdout=full)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    *brackets, told = err.splitlines()
    assert all(line.startswith("k-center: ") for line in brackets)
    assert told.startswith("mobtheory: standard output: ")
    assert "No space left" in told
    assert _data(tmp_path)["solution"]["status"] == "optimal"


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_reader_that_went_away_ends_the_process_quietly(tmp_path, words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = _process(save_tokens(tmp_path), BUDGET, tmp_path / "out", *words, stdout=writer)
    finally:
        os.close(writer)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 141, err
    assert all(line.startswith("k-center: ") for line in err.splitlines())
    assert _data(tmp_path)["solution"]["status"] == "optimal"


def test_the_help_says_what_the_time_limit_and_an_interrupt_leave_out():
    words = " ".join(run("solve", "--help").stdout.split())
    assert "reading, the distances and the comparison with greedy rules come on top" in words
    assert "an interrupted front writes nothing" in words


def test_an_interrupt_of_the_process_leaves_the_bracket(tmp_path):
    """Uniform points, which no exact solver finishes in this time."""
    visual = np.random.default_rng(0).normal(size=(500, 64))
    np.savez(tmp_path / "uniform.npz", visual=visual, prompt=visual[:4])
    process = _process(tmp_path / "uniform.npz", 64, tmp_path / "out")
    first = process.stderr.readline()  # the first line tells that there is a bracket
    assert first.startswith("k-center: ")
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    found = _data(tmp_path)["solution"]
    assert found["status"] == "interrupted"
    assert 0 < found["lower"] < found["upper"]
    assert "interrupted" in out
