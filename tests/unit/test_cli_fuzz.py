"""`mobtheory fuzz`: targets that are good, broken, deadly or none at all."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.report import fuzz_progress
from mobtheory.report.conformance_view import failures_text
from mobtheory.report.schema import schema_of, violations
from mobtheory.testing.campaign.campaign import Standing

BROKEN = "def select(visual, prompt, budget): return np.zeros(budget, dtype=int)\n"
GOOD = "def select(visual, prompt, budget): return np.arange(budget)\n"
KEEPS = "    return np.arange(budget)\n"
SMALL = ["--guarantee", "input-unchanged", "--examples", "30", "--time-limit", "0.5"]


@pytest.fixture
def target(tmp_path, monkeypatch):
    """Write the module `target`, which the current folder holds."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        Path("target.py").write_text(
            "import ctypes, os, signal, sys, time\nimport numpy as np\n" + text
        )
        return "target:select"

    return write


def run(*words, **options):
    return CliRunner().invoke(app, ["fuzz", *map(str, words)], **options)


def checked(*words):
    """Run with --json; the document follows its schema and says what the process says."""
    result = run(*words, "--json")
    document = json.loads(result.stdout)
    assert list(Draft202012Validator(schema_of("fuzz")).iter_errors(document)) == []
    assert list(violations(document, schema_of("fuzz"))) == []
    assert result.exit_code == document["exit_status"]
    return document


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema_of("fuzz"))
    assert schema_of("fuzz")["$id"] == "urn:mobtheory:fuzz:1"


def test_a_good_target_keeps_the_contract_and_what_its_attribute_names(target):
    name = target(GOOD + "select.guarantees = ('budget-one',)\n")
    result = run(name, "--examples", 10)
    assert result.exit_code == 0, result.output
    for id in ("valid-selection", "input-unchanged", "deterministic", "global-rng-independent"):
        assert id in result.stdout
    assert "budget-one" in result.stdout
    assert "target:select kept every guarantee that was checked." in result.stdout
    assert "State: .mobtheory" in result.stdout
    assert "\x1b" not in result.stdout
    assert "round 1, budget-one: " in result.stderr
    assert " inputs, " in result.stderr


def test_a_broken_target_is_exit_status_1_with_a_script_and_is_not_searched_again(target):
    note = "open('calls', 'a').write('x')"
    text = f"{note}\n" + GOOD.replace("return", f"{note}; return")
    words = [target(text), "--guarantee", "two-approximation", "--resume", "s.jsonl"]
    result = run(*words)
    assert result.exit_code == 1
    for part in (
        "target:select breaks two-approximation.",
        "left side   h(V -> S) = 1",
        "right side  2 OPT(2) = 0",
        "optimum     the centres",
        "confirmed   in exact arithmetic",
        "1 failure",
    ):
        assert part in result.output
    script = result.stdout[result.stdout.index("# target:select breaks") :].split("\nState:")[0]
    calls, state = Path("calls").read_text(), Path("s.jsonl").read_bytes()
    again = checked(*words)
    assert again["exit_status"] == 1
    assert again["results"][1]["reproduction"].strip() == script.strip()
    assert Path("calls").read_text() == calls + "x"  # imported and never called
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "ConformanceFailure: two-approximation: h(V -> S) = 1 exceeds" in done.stderr
    target(text + "# changed\n")
    refused = run(*words)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "target.py) changed since then" in refused.stderr
    assert Path("s.jsonl").read_bytes() == state


DEEDS = {
    "raised": "    if budget > 1: raise ZeroDivisionError('planted')\n",
    "returned-floats": "    if budget > 1: return np.arange(float(budget))\n",
    "returned-nested": "    if budget > 1: return [list(range(budget))]\n",
    "hung": "    while budget > 1: pass\n",
    "died: SIGSEGV": "    if budget > 1: ctypes.string_at(0)\n",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_target_does_instead_of_answering_is_named_and_made_small(target, deed):
    kind, _, how = deed.partition(": ")
    name = target("def select(visual, prompt, budget):\n" + DEEDS[deed] + KEEPS)
    document = checked(name, *SMALL)
    assert document["exit_status"] == 1
    first, second = document["results"]
    found = first["counterexample"]
    assert found["kind"] == kind
    assert how in first["reason"]
    assert found["budget"] > 1
    assert 'assert_guarantee(select, "valid-selection"' in first["reproduction"]
    if kind != "hung":
        assert (found["shape"], found["budget"]) == ([2, 1, 1], 2)
    if kind == "died":  # its inputs kill whatever is checked
        assert second["counterexample"]["kind"] == "died"
        assert how in second["reason"]
    else:  # the others are still checked, on the inputs that it answers
        assert second["status"] == "passed"
        assert second["checks"] >= 1


def test_compiled_code_that_never_returns_is_ended_from_outside(target):
    name = target(
        "def select(visual, prompt, budget):\n"
        "    if budget > 1:\n"
        "        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
        "        time.sleep(1000)\n" + KEEPS
    )
    began = time.monotonic()
    document = checked(name, "--guarantee", "valid-selection", *SMALL[2:])
    assert time.monotonic() - began < 30
    (result,) = document["results"]
    assert result["reason"].startswith("hung: no answer within 0.5 s")
    assert result["counterexample"]["budget"] > 1


def test_a_crash_that_cannot_be_repeated_is_told_with_its_input(target):
    name = target(
        "calls = 0\n"
        "def select(visual, prompt, budget):\n"
        "    global calls\n"
        "    calls += 1\n"
        "    if calls == 5: os._exit(3)\n" + KEEPS
    )
    document = checked(name, "--guarantee", "valid-selection", *SMALL[2:])
    assert "exit status 3" in document["results"][0]["reason"]
    assert "survived this input" in document["results"][0]["reason"]


NO_TARGETS = {
    "not-importable: SIGSEGV": "ctypes.string_at(0)\n",
    "not-callable: a int was given": "select = 3\n",
    "wrong-arguments: (visual, budget)": "def select(visual, budget): return [0]\n",
}


@pytest.mark.parametrize("told", NO_TARGETS)
def test_what_cannot_be_called_is_exit_status_2_with_its_reason(target, told):
    document = checked(target(NO_TARGETS[told]), "--examples", 5)
    assert document["exit_status"] == 2
    assert document["state"] is None
    first, *others = document["results"]
    assert first["reason"].startswith(told.partition(":")[0])
    assert told.partition(": ")[2] in first["reason"]
    assert [result["status"] for result in others] == ["skipped"] * 3
    assert not Path(".mobtheory").exists()


def test_without_a_target_one_sentence_says_why(target):
    target("")
    result = run("nowhere:select")
    assert result.exit_code == 2
    assert result.stdout.startswith("nowhere:select cannot be checked: not-importable")
    assert "No module named 'nowhere'" in result.stdout
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--guarantee", "two-aproximation"], "two-approximation"),
        (["--guarantee", "approximation-factor=no"], "approximation-factor"),
        (["--minutes", "0"], "minutes"),
        (["--minutes", "nan"], "minutes"),
        (["--examples", "0"], "examples"),
        (["--seed", "-1"], "seed"),
        (["--metric", "cubic"], "cubic"),
        (["--time-limit", "0"], "time_limit"),
    ],
)
def test_options_that_make_no_sense_are_exit_status_2_in_one_message(target, words, told):
    result = run(target(GOOD), *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not Path(".mobtheory").exists()


def test_a_guarantee_that_the_attribute_invents_is_exit_status_2(target):
    result = run(target(GOOD + "select.guarantees = ('beauty',)\n"))
    assert result.exit_code == 2
    assert "beauty" in result.stderr


def test_too_few_checks_are_exit_status_3_and_on_a_terminal_there_is_a_bar(target, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run(target(GOOD), "--guarantee", "nn-optimal", "--examples", 10)
    assert result.exit_code == 3
    assert "Checked too rarely to say: nn-optimal." in result.stdout
    assert "halves" in result.stdout
    assert "\x1b" in result.stderr
    assert "round 1" in result.stderr


def started(*words, **options):
    """The command as a process that an interrupt reaches, whatever the parent ignores."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"sys.argv = ['mobtheory', 'fuzz', *{[str(word) for word in words]!r}]\n"
        "from mobtheory.cli import main; main()"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", code], **pipes, **options)


def wait_for_records(path, count):
    last = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") <= count:
        assert time.monotonic() < last
        time.sleep(0.02)


def gone(process):
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


SLOWLY = "open('pid', 'w').write(str(os.getpid()))\n" + GOOD.replace(
    "return", "time.sleep(0.005); return"
)


def test_after_a_kill_the_campaign_goes_on_where_it_was(target):
    words = [
        target(SLOWLY),
        "--guarantee",
        "valid-selection",
        "--examples",
        5,
        "--resume",
        "s.jsonl",
    ]
    path = Path("s.jsonl")
    with started(*words, "--minutes", 5) as process:
        wait_for_records(path, 2)
        process.kill()
        process.communicate()
    child = int(Path("pid").read_text())
    last = time.monotonic() + 10
    while not gone(child) and time.monotonic() < last:
        time.sleep(0.02)
    assert gone(child)  # it does not outlive the command

    whole = path.read_bytes()
    whole = whole[: whole.rindex(b"\n") + 1]
    path.write_bytes(whole + b'{"round": 99, "seed')
    spent = json.loads(whole.splitlines()[-1])["elapsed"] / 60
    document = checked(*words, "--minutes", spent + 0.02)
    after = path.read_bytes()
    assert after.startswith(whole)
    rounds = [json.loads(line)["round"] for line in after.splitlines()[1:]]
    assert len(rounds) > len(whole.splitlines()) - 1
    assert rounds[:-1] == list(range(len(rounds) - 1))
    assert document["exit_status"] == 0
    assert document["results"][0]["checks"] >= 5 * (len(rounds) - 1)
    assert document["seconds"] >= spent * 60


PRINTING = "print('called'); os.write(1, b'raw'); os.write(2, b'raw'); sys.stdout.flush(); "


def test_an_interrupt_is_exit_status_130_keeps_the_state_and_nothing_else_is_printed(target):
    words = [
        target("print('imported')\n" + SLOWLY.replace("return", PRINTING + "return")),
        "--guarantee",
        "input-unchanged",
        "--examples",
        20,
        "--resume",
        "s.jsonl",
    ]
    with started(*words, "--minutes", 5, "--json") as process:
        wait_for_records(Path("s.jsonl"), 3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    document = json.loads(out)
    assert list(violations(document, schema_of("fuzz"))) == []
    assert document["interrupted"] is True
    assert document["notes"] == ["it prints: 'called'"]
    for word in ("imported", "called", "raw"):
        assert word not in err
    lines = Path("s.jsonl").read_text().splitlines()[1:]
    tried = [json.loads(line)["result"]["examples"] for line in lines]
    assert sum(result["examples"] for result in document["results"]) == sum(tried)
    assert gone(int(Path("pid").read_text()))


def test_a_script_too_long_to_print_says_where_it_is():
    found = {
        "visual": None, "prompt": None, "budget": 3, "kept": [[0], [1, 2]], "left": "h(V -> S)",
        "right": "2 OPT(3)", "lhs": "inf", "rhs": 1.0, "optimum": [0, 1, 2], "exact": False,
        "kind": "violated", "shape": [500, 20, 64], "dtype": "float32",
    }  # fmt: skip
    result = {
        "guarantee": "ties", "status": "failed", "reason": "violated: it is",
        "counterexample": found, "reproduction": "x" * 50_000,
    }  # fmt: skip
    text = failures_text({"exit_status": 1, "results": [result]}, 80)
    assert "500 visual and 20 prompt tokens, d = 64 (float32)" in text
    assert "[0] near the prompt and [1, 2]" in text
    assert "beyond rounding" in text
    assert "--json" in text
    assert max(map(len, text.splitlines())) <= 80


def test_off_a_terminal_lines_are_ten_seconds_apart_but_failures_are_told_at_once(
    monkeypatch, capsys
):
    now = [50.0]
    monkeypatch.setattr(fuzz_progress.time, "monotonic", lambda: now[0])
    with fuzz_progress.shown_campaign() as show:
        for second in range(25):
            now[0] = 50.0 + second
            failures = int(second >= 14)
            show(Standing(1 + second // 8, "ties", 1000 * second, 3000 * second, failures, 0.5))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "round 1, ties: 0 inputs, 0 calls, 0 failures",
        "round 2, ties: 11 000 inputs, 33 000 calls, 0 failures",
        "round 2, ties: 14 000 inputs, 42 000 calls, 1 failure",
        "round 4, ties: 24 000 inputs, 72 000 calls, 1 failure",
    ]
