"""`mobtheory audit` and `mobtheory report`: what they print, write and return."""

import json
import subprocess
import sys
import textwrap
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mobtheory.claims import (
    Claim,
    Margin,
    ProofResult,
    Statement,
    Verdict,
    iterate_proofs,
    register_claim,
    registry,
)
from mobtheory.claims.instances import Pruning
from mobtheory.cli import app
from mobtheory.errors import MissingExtra, UnsupportedModel

from .sample_reports import passing_proofs

AUDIT = import_module("mobtheory.experiments.audit")
QUICK = ["--model", "none", "--instances", "25"]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def audit(folder, *words, claims="geometry.domination"):
    return run("audit", "--claims", claims, *QUICK, "--output", folder, *words)


def _data(folder):
    return json.loads((Path(folder) / "audit.json").read_text())


@pytest.fixture(autouse=True)
def _proofs_stood_in_for(monkeypatch):
    monkeypatch.setattr(AUDIT, "iterate_proofs", passing_proofs)


@pytest.fixture
def planted():
    """A claim that is registered as proved and violated by every input."""
    claim = Claim(
        id="planted.false",
        title="planted",
        source="planted",
        statement=Statement("2 <= 1"),
        reason="planted",
        verdict=Verdict.PROVED,
        instance_type=Pruning,
        margin=lambda _: Margin(2.0, 1.0),
    )
    register_claim(claim)
    yield claim
    del registry._CLAIMS[claim.id]


def test_agreement_is_exit_status_0_with_table_words_and_report(tmp_path, monkeypatch):
    monkeypatch.setattr(AUDIT, "iterate_proofs", iterate_proofs)  # once, the real ones
    result = audit(tmp_path)
    assert result.exit_code == 0, result.output
    assert "geometry.domination" in result.stdout
    assert "Everything that was found agrees" in result.stdout
    assert str(tmp_path / "index.html") in result.stdout
    assert "\x1b" not in result.stdout
    assert "grids: 25 of 25" in result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"audit.json", "index.html"}


def test_json_is_one_document_on_stdout_and_the_one_that_is_written(tmp_path):
    result = audit(tmp_path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == _data(tmp_path)
    assert "grids" in result.stderr
    assert "index.html" in result.stderr


def test_the_same_seed_prints_the_same_bytes_apart_from_seconds(tmp_path):
    id = "theorem-1.k-bound"  # its margins differ from instance to instance

    def text(folder, seed):
        document = json.loads(audit(folder, "--json", "--seed", seed, claims=id).stdout)
        del document["seconds"], document["seed"]
        return json.dumps(document), (folder / "index.html").read_bytes()

    assert text(tmp_path / "a", 5) == text(tmp_path / "b", 5)
    assert text(tmp_path / "a", 5)[0] != text(tmp_path / "c", 6)[0]


def test_a_violated_claim_is_exit_status_1_and_is_reported(tmp_path, planted):
    result = audit(tmp_path, claims=planted.id)
    assert result.exit_code == 1
    assert "planted.false contradicts the registry: violated on 50 of 50 inputs" in result.stdout
    assert _data(tmp_path)["ok"] is False
    assert "does not agree with the registry" in (tmp_path / "index.html").read_text()


def test_too_few_inputs_are_exit_status_3(tmp_path):
    result = run("audit", "--claims", "geometry.domination", "--model", "none",
                 "--instances", 5, "--output", tmp_path)  # fmt: skip
    assert result.exit_code == 3
    assert "only 10 inputs" in result.stdout


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 1), (None, 3)])
def test_a_proof_that_fails_or_cannot_run_decides_the_exit_status(
    tmp_path, monkeypatch, ok, status
):
    def proofs(_):
        yield ProofResult(
            "z3",
            ok,
            detail="planted",
            file="geometry_domination.py",
            claims=("geometry.domination",),
        )

    monkeypatch.setattr(AUDIT, "iterate_proofs", proofs)
    assert audit(tmp_path).exit_code == status


def test_several_patterns_choose_claims_together(tmp_path):
    result = run("audit", "--claims", "geometry.dom*", "--claims", "covering.nn-optimal", *QUICK,
                 "--output", tmp_path, "--json")  # fmt: skip
    ids = [claim["id"] for claim in json.loads(result.stdout)["claims"]]
    assert ids == ["geometry.domination", "covering.nn-optimal"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--claims", "theorem-2.truncations"], "theorem-2.truncation"),
        (["--profile", "fast"], "quick"),
        (["--instances", "0"], "instances"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_bad_input_is_exit_status_2_in_one_message_and_writes_nothing(tmp_path, words, told):
    result = run("audit", "--model", "none", *words, "--output", tmp_path / "new")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [["--no-such-option"], ["--instances", "many"], ["extra"]])
def test_bad_usage_is_exit_status_2(words):
    assert run("audit", *words).exit_code == 2


def _never(**_):
    raise AssertionError("the audit ran although its report could not have been written")


def test_a_file_in_place_of_the_folder_is_found_before_the_work(tmp_path, monkeypatch):
    target = tmp_path / "report"
    target.write_text("mine")
    monkeypatch.setattr("mobtheory.experiments.audit", _never)
    result = audit(target)
    assert result.exit_code == 2
    assert "report" in result.stderr
    assert target.read_text() == "mine"


def test_a_folder_that_turns_unwritable_during_the_work_keeps_the_old_report(tmp_path, monkeypatch):
    assert audit(tmp_path).exit_code == 0
    before = (tmp_path / "audit.json").read_bytes()

    def fsync(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)
    result = audit(tmp_path, "--seed", 9)
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert (tmp_path / "audit.json").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (MissingExtra("x", "no z3", "it is needed", 'pip install "mobtheory[proofs]"'), 3, "pip"),
        (
            UnsupportedModel("models.load", "'x'", "it is truncated", "Load another."),
            2,
            "truncated",
        ),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_in_the_middle_keep_the_old_report(tmp_path, monkeypatch, error, status, told):
    assert audit(tmp_path).exit_code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fails(*_):
        raise error

    monkeypatch.setattr(AUDIT, "_confront", fails)
    result = audit(tmp_path)
    assert result.exit_code == status
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_on_a_terminal_there_are_bars_and_stdout_stays_json(tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = audit(tmp_path, "--json")
    assert json.loads(result.stdout) == _data(tmp_path)
    assert "\x1b" in result.stderr
    assert "grids" in result.stderr
    assert "25 of 25" not in result.stderr


def test_an_interrupt_of_the_process_is_exit_status_130_and_leaves_nothing(tmp_path):
    script = textwrap.dedent(
        f"""
        import os, signal, sys, threading
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may ignore it
        import mobtheory.experiments
        from mobtheory.cli import main
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        sys.argv = ["mobtheory", "audit", "--model", "none", "--instances", "1000000",
                    "--output", {str(tmp_path / "report")!r}]
        main()
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 130, done.stderr
    assert "interrupted" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_report_renders_a_saved_report_again(tmp_path):
    audit(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "index.html").unlink()
    result = run("report", tmp_path)
    assert result.exit_code == 0, result.output
    assert "geometry.domination" in result.stdout
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    as_json = run("report", tmp_path, "--json")
    assert json.loads(as_json.stdout) == _data(tmp_path)


def test_report_returns_what_the_audit_returned(tmp_path, planted):
    assert audit(tmp_path, claims=planted.id).exit_code == 1
    assert run("report", tmp_path).exit_code == 1


@pytest.mark.parametrize("text", [None, "", '{"schema": 1}'])
def test_report_refuses_what_is_no_report_and_changes_nothing(tmp_path, text):
    (tmp_path / "index.html").write_text("old")
    if text is not None:
        (tmp_path / "audit.json").write_text(text)
    result = run("report", tmp_path)
    assert result.exit_code == 2
    assert "audit" in result.stderr
    assert (tmp_path / "index.html").read_text() == "old"
