"""How far a campaign is, on standard error: a bar on a terminal, plain lines elsewhere."""

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
            task = bars.add_task("import", total=1.0, t="")

            def show(now: Standing) -> None:
                bars.update(task, description=_stage(now), completed=now.share, t=_counts(now))

            yield show
    else:
        yield _in_lines(console)


def _in_lines(console: Console) -> Callable[[Standing], None]:
    last, stage = time.monotonic(), 0

    def show(now: Standing) -> None:
        nonlocal last, stage
        if now.round != stage or time.monotonic() - last > _SECONDS_BETWEEN_LINES:
            last, stage = time.monotonic(), now.round
            told = f"{_stage(now)}: {_counts(now)}"
            console.print(told, highlight=False, markup=False, soft_wrap=True)

    return show


def _stage(now: Standing) -> str:
    return f"round {now.round}, {now.guarantee}"


def _counts(now: Standing) -> str:
    failures = "1 failure" if now.failures == 1 else f"{now.failures} failures"
    return f"{show_count(now.inputs)} inputs, {show_count(now.calls)} calls, {failures}"
