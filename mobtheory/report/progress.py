"""Progress on standard error: bars on a terminal, now and then a plain line elsewhere."""

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from mobtheory.report.solution_words import bracket_told, relative_gap

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown_progress() -> Generator[Callable[[str, int, int], None]]:
    """Yield what long work calls with (stage, done, total); bars vanish at the end.

    Examples
    --------
    >>> with shown_progress() as progress:
    ...     progress("grids", 100, 100)
    """
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description:7}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
            yield _on_bars(bars)
    else:
        yield _in_lines(console)


@contextmanager
def shown_bracket() -> Generator[Callable[[str, float, float], None]]:
    """Yield what a search calls with (label, lower, upper); the bar fills as the bracket shrinks.

    Examples
    --------
    >>> with shown_bracket() as progress:
    ...     progress("radius", 0.7, 0.7)
    """
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(20),
            TextColumn("{task.fields[told]}"),
        )
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
            yield _on_one_bar(bars)
    else:
        with _brackets_in_lines(console) as show:
            yield show


def _on_one_bar(bars: Progress) -> Callable[[str, float, float], None]:
    """Each label is a search of its own, which starts with the bar empty."""
    task = bars.add_task("search", total=1.0, told="")
    now, widest = "", 0.0

    def show(label: str, lower: float, upper: float) -> None:
        nonlocal now, widest
        gap = relative_gap(lower, upper)
        if label != now:
            now, widest = label, gap
        done = 1 - gap / widest if widest else 1.0
        bars.update(task, description=label, completed=done, told=bracket_told(lower, upper))

    return show


@contextmanager
def _brackets_in_lines(console: Console) -> Generator[Callable[[str, float, float], None]]:
    """A line now and then, and at the end the last bracket, unless its line is there."""
    last, waiting = -math.inf, ""

    def show(label: str, lower: float, upper: float) -> None:
        nonlocal last, waiting
        waiting = f"{label}: {bracket_told(lower, upper)}"
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            print_waiting()

    def print_waiting() -> None:
        nonlocal waiting
        if waiting:
            console.print(waiting, highlight=False, markup=False, soft_wrap=True)
        waiting = ""

    try:
        yield show
    finally:
        print_waiting()


def _on_bars(bars: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def _in_lines(console: Console) -> Callable[[str, int, int], None]:
    last = time.monotonic()

    def show(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last > _SECONDS_BETWEEN_LINES:
            last = now
            console.print(f"{stage}: {done} of {total}", highlight=False, markup=False)

    return show
