"""The commands besides the audit: claims, prove, doctor, help and version."""

import importlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory.claims import ProofResult
from mobtheory.cli import app
from mobtheory.report.installation import Check

from .sample_reports import passing_proofs

COMMANDS = ("audit", "claims", "prove", "adversary", "solve", "fuzz", "report", "doctor")
PROMISED_IDS = (
    "assumption-1",
    "assumption-2",
    "lemma-1",
    "lemma-2",
    "definition-1",
    "lemma-3",
    "theorem-1.existence",
    "theorem-1.k-bound",
    "theorem-1.eta-bound-max",
    "theorem-1.eta-bound-product",
    "theorem-1.attainment",
    "theorem-1.coupling-term",
    "theorem-2.nn-cover",
    "theorem-2.truncation",
    "theorem-2.fps",
    "theorem-2.bound",
    "theorem-2.complexity",
    "remark.perfect-coupling",
    "remark.fold-cap",
    "remark.omega",
    "geometry.hausdorff-identity",
    "geometry.domination",
    "geometry.anti-alignment",
    "covering.seeded-fps",
    "covering.nn-optimal",
    "covering.repaired-truncation",
    "covering.tradeoff",
    "covering.saturation",
    "theorem-2.corrected",
    "lemma-3.vacuity",
    "attention.multiplicity-gap",
    "attention.w1",
    "attention.winf",
    "attention.log-count",
    "attention.minimal-metric",
    "attention.stack",
    "attention.identity",
    "attention.minimax-plain",
    "attention.minimax-reweighted",
    "attention.hybrid-identity",
    "attention.tanh",
    "attention.layer",
    "attention.greedy",
    "attention.budget-split",
)


def run(*words, **options):
    return CliRunner().invoke(app, list(words), **options)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example_that_parses(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    examples = result.stdout[result.stdout.index("Example:") :].splitlines()[1:]
    lines = [line.strip() for line in examples if line.strip()]
    assert lines
    assert all(line.startswith(f"mobtheory {command}") for line in lines)
    assert "--json" in result.stdout


def test_help_lists_the_commands_and_exit_statuses():
    for result in (run("--help"), run("-h")):
        assert result.exit_code == 0
        assert all(command in result.stdout for command in COMMANDS)
        assert "Exit status: 0" in result.stdout


def test_version():
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout == f"mobtheory {mob.__version__}\n"


@pytest.mark.parametrize("words", [["no-such-command"], ["claims", "a", "b"], ["report"]])
def test_bad_usage_is_exit_status_2(words):
    assert run(*words).exit_code == 2


def test_claims_lists_every_claim_with_the_name_of_its_verdict():
    document = json.loads(run("claims", "--json").stdout)
    assert list(document) == ["claims"]
    listed = {claim["id"]: claim["verdict"] for claim in document["claims"]}
    assert listed == {claim.id: claim.verdict.name for claim in mob.list_claims()}
    assert set(PROMISED_IDS) <= set(listed)


@pytest.mark.parametrize("columns", ["80", "140"])
def test_claims_as_a_table_names_every_claim(columns):
    result = run("claims", env={"COLUMNS": columns})
    assert result.exit_code == 0
    assert all(id in result.stdout for id in PROMISED_IDS)
    assert max(map(len, result.stdout.splitlines())) <= int(columns)


def test_one_claim_is_shown_in_full():
    result = run("claims", "theorem-2.truncation", env={"COLUMNS": "400"})
    claim = mob.claim("theorem-2.truncation")
    assert result.exit_code == 0
    for text in (
        claim.title,
        claim.source,
        claim.statement.words,
        claim.statement.latex,
        claim.reason,
        claim.counterexample.explanation,
        "refuted",
        "covering.repaired-truncation",
        "proofs/theorem_2_truncation.py",
        *(hypothesis.text for hypothesis in claim.hypotheses),
        *(evidence.detail for evidence in claim.evidence),
    ):
        assert text in result.stdout


def test_a_pattern_lists_what_it_matches():
    document = json.loads(run("claims", "lemma-3*", "--json").stdout)
    assert [claim["id"] for claim in document["claims"]] == ["lemma-3", "lemma-3.vacuity"]


@pytest.mark.parametrize("command", ["claims", "prove"])
def test_an_unknown_claim_is_exit_status_2_and_names_the_nearest(command):
    result = run(command, "theorem-2.truncations")
    assert result.exit_code == 2
    assert "theorem-2.truncation" in result.stderr.replace("truncations", "")
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("ok", "status"), [(True, 2), (None, 2), (False, 1)])
def test_prove_names_an_unknown_claim_and_runs_the_rest(monkeypatch, ok, status):
    result = ProofResult("z3", ok, file="a.py", claims=("lemma-1",))
    asked = []

    def stand_in(patterns, **_):
        asked.extend(patterns)
        return iter([result])

    monkeypatch.setattr("mobtheory.report.proof_runs.iterate_proofs", stand_in)
    found = run("prove", "no-such-claim", "lemma-1", "neither-this", "--json")
    assert found.exit_code == status
    assert asked == ["lemma-1"]
    assert [row["claim"] for row in json.loads(found.stdout)["results"]] == ["lemma-1"]
    assert "no-such-claim" in found.stderr
    assert "neither-this" in found.stderr


def test_prove_runs_the_proofs_of_a_claim():
    result = run("prove", "theorem-2.complexity", "--json")
    assert result.exit_code == (0 if shutil.which("coqc") else 3), result.output
    document = json.loads(result.stdout)
    names = mob.claim("theorem-2.complexity").proof
    assert tuple(row["file"] for row in document["results"]) == names
    for row in document["results"]:
        assert set(row) == {"claim", "file", "engine", "ok", "seconds", "detail"}
        assert row["claim"] == "theorem-2.complexity"
        assert row["ok"] or (row["engine"] == "coq" and not shutil.which("coqc"))
    assert list(document["engines"]) == ["rational", "sympy", "interval", "z3", "coq"]
    assert document["engines"]["z3"]["passed"] == 1
    assert f"proofs: {len(names)} of {len(names)}" in result.stderr


def _stand_in(monkeypatch, *states):
    """Proofs of two claims that share a file, and of one with a file of its own."""

    def iterate(_, **options):
        assert set(options) == {"jobs", "time_limit"}
        for state in states[1:]:
            yield ProofResult("sympy", state, 1.5, "steps b", "b.py", ("lemma-3",))
        yield ProofResult("z3", states[0], 0.25, "steps a", "a.py", ("lemma-1", "lemma-2"))

    monkeypatch.setattr("mobtheory.report.proof_runs.iterate_proofs", iterate)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((True, True), 0),
        ((True, False), 1),
        ((None, True), 3),
        ((None, False), 1),
        ((False, None), 1),
    ],
)
def test_prove_exit_status(monkeypatch, states, status):
    _stand_in(monkeypatch, *states)
    assert run("prove").exit_code == status
    assert run("prove", "--json").exit_code == status


def test_prove_has_a_row_for_each_claim_and_file_in_order(monkeypatch):
    _stand_in(monkeypatch, True, None)
    rows = json.loads(run("prove", "--json").stdout)["results"]
    assert [(row["claim"], row["file"], row["ok"]) for row in rows] == [
        ("lemma-1", "a.py", True),
        ("lemma-2", "a.py", True),
        ("lemma-3", "b.py", None),
    ]
    table = run("prove", env={"COLUMNS": "80"}).stdout
    assert "steps b" in table  # what is missing is told also where room is scarce
    assert "steps a" not in table
    assert "1 of 2 proofs passed" in table
    assert "Undecided: b.py" in table


def test_prove_adds_up_what_each_engine_did(monkeypatch):
    _stand_in(monkeypatch, True, None)
    engines = json.loads(run("prove", "--json").stdout)["engines"]
    told = {name: (e["proofs"], e["passed"], e["seconds"]) for name, e in engines.items()}
    assert told["z3"] == (1, 1, 0.25)  # a file that two claims name counts once
    assert told["sympy"] == (1, 0, 1.5)
    assert told["coq"] == (0, 0, 0)


def test_prove_says_how_to_get_an_engine_that_is_missing(monkeypatch, tmp_path):
    _stand_in(monkeypatch, True, True)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("prove", env={"COLUMNS": "200"})
    assert "apt install coq" in result.stdout
    assert result.exit_code == 0  # nothing that was chosen needs it
    coq = json.loads(run("prove", "--json").stdout)["engines"]["coq"]
    assert coq["status"] == "absent"


def test_prove_of_nothing_checks_nothing(monkeypatch):
    monkeypatch.setattr("mobtheory.report.proof_runs.iterate_proofs", lambda _, **__: iter(()))
    assert run("prove", "lemma-1").exit_code == 3


@pytest.mark.parametrize(
    "words",
    [["--jobs", "0"], ["--time-limit", "0"], ["--time-limit", "nan"], ["--time-limit", "inf"]],
)
def test_prove_refuses_amounts_that_make_no_sense(words):
    result = run("prove", "lemma-1", *words)
    assert result.exit_code == 2
    assert words[0][2:].replace("-", "_") in result.stderr


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("absent", 0), ("broken", 1)])
def test_doctor_fails_only_for_what_is_broken(monkeypatch, status, code):
    checks = [Check("one", "ok", "fine"), Check("two", status, "seen [here]", "pip install x")]
    monkeypatch.setattr("mobtheory.report.installation.examine_installation", lambda: iter(checks))
    result = run("doctor")
    assert result.exit_code == code
    assert "seen [here]" in result.stdout
    as_json = run("doctor", "--json")
    assert as_json.exit_code == code
    document = json.loads(as_json.stdout)
    assert document["ok"] is (code == 0)
    assert document["checks"][1] == {
        "name": "two",
        "status": status,
        "found": "seen [here]",
        "mend": "pip install x",
    }


def test_doctor_tells_the_versions_that_are_installed():
    result = run("doctor", env={"COLUMNS": "300"})
    assert f"numpy {importlib.metadata.version('numpy')}" in result.stdout


def test_as_a_process_the_command_prints_json_and_nothing_else():
    done = subprocess.run(
        [sys.executable, "-m", "mobtheory.cli", "claims", "lemma-1", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["claims"][0]["id"] == "lemma-1"
    assert done.stderr == ""


def test_output_that_cannot_show_a_character_replaces_it(tmp_path, monkeypatch):
    """The tables contain arrows and infinities."""
    audit = importlib.import_module("mobtheory.experiments.audit")
    monkeypatch.setattr(audit, "iterate_proofs", passing_proofs)
    output = ("--model", "none", "--instances", "25", "--output", str(tmp_path))
    assert run("audit", "--claims", "theorem-2.fps", *output).exit_code == 0
    done = subprocess.run(
        [sys.executable, "-m", "mobtheory.cli", "report", str(tmp_path)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"? covering.seeded-fps" in done.stdout


def test_help_loads_no_library_that_takes_long():
    heavy = ("numpy", "scipy", "sympy", "torch", "rich.table", "hypothesis", "mobtheory.claims")
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom mobtheory.cli import app\n"
        "result = CliRunner().invoke(app, ['audit', '--help'])\nassert result.exit_code == 0\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
