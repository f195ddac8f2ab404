"""What `doctor` looks at, and what it calls absent or broken."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from mobtheory.claims.proving import engines
from mobtheory.errors import UnsupportedModel
from mobtheory.report import installation
from mobtheory.report.installation import CORE, EXTRAS, examine_installation, installation_data

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def _name(requirement):
    return requirement.split(">=")[0].split("[")[0]


def test_packages_are_those_of_the_project():
    project = tomllib.loads(PROJECT.read_text())["project"]
    assert set(CORE) == set(map(_name, project["dependencies"]))
    extras = project["optional-dependencies"]
    assert set(EXTRAS) == set(extras) - {"all"}
    for extra, packages in EXTRAS.items():
        assert set(packages) == set(map(_name, extras[extra]))


def _checks(folder):
    return {check.name: check for check in examine_installation(str(folder))}


def _without(monkeypatch, *missing):
    real = importlib.metadata.version

    def version(package):
        if package in missing:
            raise importlib.metadata.PackageNotFoundError(package)
        return real(package)

    for module in (installation, engines):
        monkeypatch.setattr(module, "version", version)


def test_what_is_here_is_told_with_its_version(tmp_path):
    checks = _checks(tmp_path)
    assert f"numpy {importlib.metadata.version('numpy')}" in checks["core"].found
    assert checks["core"].status == checks["python"].status == "ok"
    assert checks["proof files"].status == "ok"
    assert "OMP_NUM_THREADS" in checks["threads"].found


@pytest.mark.parametrize(
    ("package", "part", "line"),
    [
        ("torch", "models", 'pip install "mobtheory[models]"'),
        ("z3-solver", "proofs", 'pip install "mobtheory[proofs]"'),
        ("z3-solver", "z3 engine", 'pip install "mobtheory[proofs]"'),
        ("mpmath", "interval engine", "pip install --force-reinstall mobtheory"),
        ("matplotlib", "plots", 'pip install "mobtheory[plots]"'),
        ("hypothesis", "conformance kit", 'pip install "mobtheory[conformance]"'),
    ],
)
def test_a_missing_extra_is_absent_and_told_how_to_get(monkeypatch, tmp_path, package, part, line):
    _without(monkeypatch, package)
    check = _checks(tmp_path)[part]
    assert check.status == "absent"
    assert check.mend == line


def test_absent_parts_are_no_fault_and_broken_ones_are(monkeypatch, tmp_path):
    _without(monkeypatch, *(p for packages in EXTRAS.values() for p in packages))
    monkeypatch.setattr("mobtheory.models.embedded.verified_checkpoint", lambda: tmp_path)
    monkeypatch.setattr("mobtheory.models.embedded.read_manifest", lambda: {"sha256": "0" * 64})
    assert installation_data(list(examine_installation(str(tmp_path))))["ok"]
    _without(monkeypatch, "numpy")
    checks = _checks(tmp_path)
    assert checks["core"].status == "broken"
    assert not installation_data(list(checks.values()))["ok"]


def test_the_conformance_kit_is_broken_where_its_plugins_are_not_registered(monkeypatch, tmp_path):
    assert "guarantees" in _checks(tmp_path)["conformance kit"].found
    monkeypatch.setattr(installation, "entry_points", lambda *, group, name: ())
    check = _checks(tmp_path)["conformance kit"]
    assert check.status == "broken"
    assert "pytest11" in check.found


def test_a_damaged_checkpoint_is_broken(monkeypatch, tmp_path):
    def damaged():
        raise UnsupportedModel("models.load", "another SHA-256", "it is damaged", "Install again.")

    monkeypatch.setattr("mobtheory.models.embedded.verified_checkpoint", damaged)
    check = _checks(tmp_path)["embedded model"]
    assert check.status == "broken"
    assert "SHA-256" in check.found
    assert check.mend == "Install again."


def test_an_engine_that_is_installed_and_does_not_load_is_broken(monkeypatch, tmp_path):
    real = importlib.import_module

    def import_module(name):
        if name in {"z3", "torch"}:
            raise OSError("libgone.so: cannot open shared object file")
        return real(name)

    monkeypatch.setattr(installation, "import_module", import_module)
    monkeypatch.setattr(engines, "import_module", import_module)
    checks = _checks(tmp_path)
    assert checks["z3 engine"].status == checks["device"].status == "broken"
    assert "libgone" in checks["device"].found


def test_coq_is_told_with_its_version_or_how_to_get_it(monkeypatch, tmp_path):
    coqc = tmp_path / "coqc"
    coqc.write_text("#!/bin/sh\necho The Coq Proof Assistant, version 8.16.1\n")
    coqc.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert _checks(tmp_path)["coq engine"][1:] == ("ok", "Coq 8.16.1", "")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    check = _checks(tmp_path)["coq engine"]
    assert check.status == "absent"
    assert "apt install coq" in check.mend


def test_a_report_folder_that_cannot_be_written_is_broken(tmp_path):
    (tmp_path / "file").write_text("")
    assert _checks(tmp_path / "file")["report folder"].status == "broken"
    assert _checks(tmp_path / "new")["report folder"].status == "ok"


def test_a_missing_proof_file_is_broken(monkeypatch, tmp_path):
    monkeypatch.setattr("mobtheory.claims.proving.proof_folder", lambda: tmp_path)
    check = _checks(tmp_path)["proof files"]
    assert check.status == "broken"
    assert "theorem_2_fps.py" in check.found
