"""A bracket that shrinks: one bar on a terminal, few plain lines elsewhere, all to stderr."""

import contextlib

import pytest

from mobtheory.report import progress
from mobtheory.report.progress import shown_bracket


@pytest.fixture
def clock(monkeypatch):
    """The seconds that have gone by, to be set by the test."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_are_ten_seconds_apart_and_the_first_and_the_last_bracket_are_told(clock, capsys):
    with shown_bracket() as show:
        for second in range(35):
            clock[0] = 1000.0 + second
            show("radius", 0.5 + second / 1000, 0.7)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "radius: 0.5 to 0.7 (gap 28.6 %)",
        "radius: 0.51 to 0.7 (gap 27.1 %)",
        "radius: 0.52 to 0.7 (gap 25.7 %)",
        "radius: 0.53 to 0.7 (gap 24.3 %)",
        "radius: 0.534 to 0.7 (gap 23.7 %)",
    ]


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_search_of_an_instant_ends_with_its_last_bracket(clock, capsys, error):
    with contextlib.suppress(KeyboardInterrupt), shown_bracket() as show:
        show("radius", 0.5, 1.0)
        show("radius", 0.75, 1.0)
        show("radius", 0.75, 0.75)
        if error:
            raise error
    assert capsys.readouterr().err.splitlines() == [
        "radius: 0.5 to 1 (gap 50 %)",
        "radius: 0.75 to 0.75 (gap 0 %)",
    ]


def test_where_nothing_is_told_nothing_is_printed(capsys):
    with shown_bracket():
        pass
    assert capsys.readouterr().err == ""


def test_a_bracket_without_an_upper_end_is_told(clock, capsys):
    with shown_bracket() as show:
        show("split 3 of 16", 0.0, float("inf"))
        clock[0] += 11
        show("split 4 of 16", 0.0, 0.0)
    assert capsys.readouterr().err.splitlines() == [
        "split 3 of 16: 0 to ∞ (gap 100 %)",
        "split 4 of 16: 0 to 0 (gap 0 %)",
    ]


def test_on_a_terminal_one_bar_fills_as_the_bracket_shrinks(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    seen = []
    update = progress.Progress.update

    def spy(bars, task, **fields):
        update(bars, task, **fields)
        seen.append((bars.tasks[0].description, bars.tasks[0].percentage, len(bars.tasks)))

    monkeypatch.setattr(progress.Progress, "update", spy)
    with shown_bracket() as show:
        show("split 1 of 2", 0.5, 1.0)
        show("split 1 of 2", 0.75, 1.0)
        show("split 1 of 2", 1.0, 1.0)
        show("split 2 of 2", 0.2, 1.0)
        show("split 2 of 2", 0.8, 1.0)
    assert [(label, round(share)) for label, share, _ in seen] == [
        ("split 1 of 2", 0),
        ("split 1 of 2", 50),
        ("split 1 of 2", 100),
        ("split 2 of 2", 0),
        ("split 2 of 2", 75),
    ]
    assert {tasks for *_, tasks in seen} == {1}
    out, err = capsys.readouterr()
    assert out == ""
    assert "0.8 to 1 (gap 20 %)" in err
