"""What figures of speed are filed under."""

import subprocess

import pytest
import torch

from mobtheory.experiments.speed import where
from mobtheory.experiments.speed.lazy_kernel import kernel_for

pytestmark = pytest.mark.models


def test_versions_time_and_commit_are_told():
    facts = where.source_facts()
    assert {"python", "mobtheory", "torch", "transformers", "triton"} <= set(facts["versions"])
    assert facts["versions"]["torch"] == torch.__version__
    assert facts["date"].endswith("+00:00")


@pytest.mark.parametrize(("changed", "told"), [("", "f00"), (" M file.py", "f00+changes")])
def test_a_commit_tells_of_changes(monkeypatch, changed, told):
    monkeypatch.delenv("MOBTHEORY_COMMIT", raising=False)
    monkeypatch.setattr(where, "_said", lambda *words: "f00" if "rev-parse" in words else changed)
    assert where.source_facts()["commit"] == told


def test_the_commit_of_a_copy_comes_from_outside(monkeypatch):
    monkeypatch.setenv("MOBTHEORY_COMMIT", "abc")
    assert where.source_facts()["commit"] == "abc"


def test_outside_a_working_tree_no_commit_is_told(monkeypatch):
    def nothing(*_, **__):
        raise subprocess.CalledProcessError(128, "git")

    monkeypatch.delenv("MOBTHEORY_COMMIT", raising=False)
    monkeypatch.setattr(subprocess, "run", nothing)
    assert where.source_facts()["commit"] is None


def test_the_processor_is_named_and_no_folder():
    facts = where.device_facts(torch.device("cpu"))
    assert facts["kind"] == "cpu"
    assert facts["name"]
    assert not facts["name"].startswith("/")


def test_there_is_no_kernel_off_cuda():
    assert kernel_for(torch.device("cpu")) is None
