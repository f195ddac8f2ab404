"""Progress on standard error: bars on a terminal, now and then a plain line elsewhere."""

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
