"""A report folder holds the old report or the new one, never half of one."""

import json
import os
from pathlib import Path

import pytest

import mobtheory as mob
from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.report import read_report, require_writable, to_json

from .sample_reports import sample_document, sample_report

FILES = {"audit.json", "index.html"}


def _contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@pytest.fixture
def old(tmp_path):
    """A folder with a complete report of another seed, and a file of the user's."""
    folder = tmp_path / "report"
    mob.write_report({**sample_document(), "seed": 77}, folder)
    (folder / "notes.txt").write_text("mine")
    return folder


def test_a_report_and_its_data_give_the_same_files(tmp_path):
    page = mob.write_report(sample_report(), tmp_path / "a")
    assert page == tmp_path / "a" / "index.html"
    mob.write_report(sample_report().to_dict(), tmp_path / "b")
    assert _contents(tmp_path / "a") == _contents(tmp_path / "b")
    assert set(_contents(tmp_path / "a")) == FILES
    assert json.loads((tmp_path / "a" / "audit.json").read_text()) == sample_document()


def test_folders_are_made_and_a_report_is_replaced_beside_other_files(old):
    before = _contents(old)
    mob.write_report(sample_document(), old)
    after = _contents(old)
    assert set(after) == FILES | {"notes.txt"}
    assert after["notes.txt"] == before["notes.txt"]
    assert json.loads(after["audit.json"])["seed"] == 0
    assert b"seed 77" in before["index.html"]
    assert b"seed 77" not in after["index.html"]


@pytest.mark.parametrize("failing_call", [1, 2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_between_the_files_leaves_the_old_report(old, monkeypatch, failing_call, error):
    before, calls, rename = _contents(old), [], os.replace

    def replace(source, target):
        calls.append(target)
        if len(calls) == failing_call:
            raise error
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(ReportNotWritten if isinstance(error, OSError) else KeyboardInterrupt):
        mob.write_report(sample_document(), old)
    assert len(calls) >= failing_call
    assert _contents(old) == before


def test_a_failure_while_writing_leaves_the_old_report(old, monkeypatch):
    before = _contents(old)

    def fsync(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ReportNotWritten, match="Input/output error"):
        mob.write_report(sample_document(), old)
    assert _contents(old) == before


def test_a_first_report_that_fails_leaves_no_file(tmp_path, monkeypatch):
    rename = os.replace

    def replace(source, target):
        if str(target).endswith("index.html"):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(ReportNotWritten):
        mob.write_report(sample_document(), tmp_path)
    assert _contents(tmp_path) == {}


def test_a_page_that_cannot_be_made_leaves_the_old_report(old, monkeypatch):
    before = _contents(old)

    def page(_):
        raise ZeroDivisionError

    monkeypatch.setattr("mobtheory.report.writing.page", page)
    with pytest.raises(ZeroDivisionError):
        mob.write_report(sample_document(), old)
    assert _contents(old) == before


def test_a_file_in_place_of_the_folder_is_refused_and_kept(tmp_path):
    target = tmp_path / "report"
    target.write_text("mine")
    for attempt in (require_writable, lambda f: mob.write_report(sample_document(), f)):
        with pytest.raises(ReportNotWritten, match="report"):
            attempt(target)
        with pytest.raises(ReportNotWritten):
            attempt(target / "deeper")
    assert target.read_text() == "mine"


def test_a_folder_in_place_of_the_page_is_refused_and_the_rest_kept(old):
    (old / "index.html").unlink()
    (old / "index.html").mkdir()
    data = (old / "audit.json").read_bytes()
    with pytest.raises(ReportNotWritten):
        mob.write_report(sample_document(), old)
    assert (old / "audit.json").read_bytes() == data
    assert {path.name for path in old.iterdir()} == FILES | {"notes.txt"}


def test_a_folder_that_may_not_be_written_is_refused(old, monkeypatch):
    """Permissions do not bind the superuser, so the system's answer is stood in for."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ReportNotWritten, match="not writable"):
        require_writable(old)
    with pytest.raises(ReportNotWritten, match="not writable"):
        require_writable(old / "new" / "deeper")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReportNotWritten):
            mob.write_report(sample_document(), tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_asking_whether_a_folder_can_be_written_makes_nothing(tmp_path):
    require_writable(tmp_path / "new" / "deeper")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [None, 3, "report", [], {}, {"schema": 2}])
def test_what_is_no_report_is_refused_and_the_old_one_kept(old, wrong):
    before = _contents(old)
    with pytest.raises(InvalidProblem, match="no audit report"):
        mob.write_report(wrong, old)
    assert _contents(old) == before


def test_a_saved_report_is_read_as_it_was(old):
    assert read_report(old) == {**sample_document(), "seed": 77}


@pytest.mark.parametrize(
    "text", ["", "[", '{"schema": 1}', '{"schema": NaN}', to_json({"schema": 1})[:-4]]
)
def test_a_damaged_file_is_refused(tmp_path, text):
    (tmp_path / "audit.json").write_text(text)
    with pytest.raises(InvalidProblem, match=r"audit report|audit\.json"):
        read_report(tmp_path)


def test_a_truncated_file_is_refused(old):
    text = (old / "audit.json").read_text()
    (old / "audit.json").write_text(text[: len(text) // 2])
    with pytest.raises(InvalidProblem, match=r"audit\.json"):
        read_report(old)


def test_a_missing_report_is_refused(tmp_path):
    with pytest.raises(InvalidProblem, match=r"audit\.json"):
        read_report(tmp_path / "nowhere")
