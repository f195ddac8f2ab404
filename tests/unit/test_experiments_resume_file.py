"""What was measured is on the disk, a torn line is forgotten, another run's file is refused."""

import errno
import json
import os
from pathlib import Path

import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.resume_file import ResumeFile

HEAD = {"format": "a run", "seed": 0, "layers": [1, 2]}


def resumed(path, head=HEAD):
    with ResumeFile(path, head, called="run") as state:
        return list(state.records)


def two_records(path):
    with ResumeFile(path, HEAD, called="run") as state:
        state.append({"batch": 0})
        state.append({"batch": 1, "word": "ü\n"})
    return path.read_bytes()


def test_records_come_back_in_order(tmp_path):
    path = tmp_path / "new" / "run.jsonl"
    content = two_records(path)
    assert resumed(path) == [{"batch": 0}, {"batch": 1, "word": "ü\n"}]
    assert path.read_bytes() == content


def test_a_kill_at_any_byte_loses_the_record_that_was_being_written_and_no_other(tmp_path):
    path = tmp_path / "run.jsonl"
    content = two_records(path)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        with ResumeFile(path, HEAD, called="run") as state:
            assert len(state.records) == max(0, whole - 1)
            for number in range(len(state.records), 2):
                state.append([{"batch": 0}, {"batch": 1, "word": "ü\n"}][number])
        assert path.read_bytes() == content


def test_a_last_line_of_nulls_is_forgotten(tmp_path):
    path = tmp_path / "run.jsonl"
    content = two_records(path)
    path.write_bytes(content + b"\0" * 100 + b"\n")
    assert len(resumed(path)) == 2
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ({**HEAD, "seed": 1}, r"its seed is 0, asked is 1"),
        ({**HEAD, "layers": [1]}, r"its layers is \[1, 2\], asked is \[1\]"),
        ({**HEAD, "model": "b"}, r"its model is None, asked is 'b'"),
        ({"format": "a run", "seed": 0}, r"its layers is \[1, 2\], asked is None"),
    ],
)
def test_the_file_of_another_run_is_refused_and_kept(tmp_path, head, told):
    path = tmp_path / "run.jsonl"
    content = two_records(path)
    with pytest.raises(InvalidProblem, match=told):
        resumed(path, head)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"some text", b"[1]\n", b"some text\nand more\n"])
def test_a_file_of_another_kind_is_refused_and_kept(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InvalidProblem, match="its first line is not that of such a run"):
        resumed(path)
    assert path.read_bytes() == content


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "run.jsonl"
    lines = two_records(path).splitlines(keepends=True)
    path.write_bytes(lines[0] + b"{damaged\n" + lines[2])
    with pytest.raises(InvalidProblem, match="line 2 is damaged"):
        resumed(path)


def test_two_runs_at_once_are_kept_apart(tmp_path):
    pytest.importorskip("fcntl")
    path = tmp_path / "run.jsonl"
    with ResumeFile(path, HEAD, called="run") as state:
        with pytest.raises(InvalidProblem, match="another run is writing"):
            resumed(path)
        state.append({"batch": 0})
    assert resumed(path) == [{"batch": 0}]


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "run.jsonl", tmp_path):
        with pytest.raises(InvalidProblem, match="--resume"):
            resumed(path)


def test_a_file_system_without_locks_is_no_fault(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    two_records(tmp_path / "run.jsonl")
    assert len(resumed(tmp_path / "run.jsonl")) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_never_ends_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(InvalidProblem, match="no regular file"):
            resumed(path)


def test_numbers_come_back_exactly(tmp_path):
    path, number = tmp_path / "run.jsonl", 0.1 + 0.2
    with ResumeFile(path, HEAD, called="run") as state:
        state.append({"number": number})
    assert json.dumps(resumed(path)) == json.dumps([{"number": number}])
