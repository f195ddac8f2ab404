"""How far a campaign is, on standard error: a bar on a terminal, plain lines elsewhere."""

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mobtheory.report.numbers import show_count
from mobtheory.testing.campaign.campaign import Standing

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown_campaign() -> Generator[Callable[[Standing], None]]:
    """Yield what a campaign calls with its standing; the bar vanishes at the end.

    Examples
    --------
    >>> from mobtheory.testing.campaign.campaign import Standing
    >>> with shown_campaign() as progress:
    ...     progress(Standing(1, "ties", inputs=200, calls=420, failures=0, share=0.5))
    """
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[t]}"))
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
            yield _on_a_bar(bars)
    else:
        with _in_lines(console) as show:
            yield show


def _on_a_bar(bars: Progress) -> Callable[[Standing], None]:
    task = bars.add_task("import", total=1.0, t="")

    def show(now: Standing) -> None:
        bars.update(task, description=_stage(now), completed=now.share, t=_counts(now))

    return show


@contextmanager
def _in_lines(console: Console) -> Generator[Callable[[Standing], None]]:
    """A line at once, at each failure, and now and then; at the end the last standing."""
    told = waiting = ""
    last, failures = -math.inf, 0

    def show(now: Standing) -> None:
        nonlocal last, failures, waiting
        waiting = f"{_stage(now)}: {_counts(now)}"
        if time.monotonic() - last > _SECONDS_BETWEEN_LINES or now.failures != failures:
            last, failures = time.monotonic(), now.failures
            print_waiting()

    def print_waiting() -> None:
        nonlocal told
        if waiting != told:
            console.print(waiting, highlight=False, markup=False, soft_wrap=True)
            told = waiting

    try:
        yield show
    finally:
        print_waiting()


def _stage(now: Standing) -> str:
    return f"round {now.round}, {now.guarantee}"


def _counts(now: Standing) -> str:
    failures = "1 failure" if now.failures == 1 else f"{now.failures} failures"
    return f"{show_count(now.inputs)} inputs, {show_count(now.calls)} calls, {failures}"
