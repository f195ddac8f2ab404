"""What the kit says of one planted algorithm under one seed.

Each run lives in a process of its own, so that one that hangs or keeps state disturbs no other.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

# Imported before the processes of the runs are forked.
import hypothesis
import numpy as np
import torch

from mobtheory.testing import (
    ConformanceFailure,
    Counterexample,
    GuaranteeResult,
    assert_guarantee,
    check_covering_algorithm,
)

from ..planted.catalogue import find
from ..planted.entry import Entry

ROOT = Path(__file__).resolve().parents[3]
BUG_SEEDS, SOUND_SEEDS = range(5), range(20)
SECONDS = 300  # longer than any run of the kit
_IMPORTED = (hypothesis, torch)
_WRITTEN_OUT = 250  # coordinates of a counterexample that are kept


@dataclass(frozen=True)
class Run:
    """An algorithm under a seed."""

    entry: str
    seed: int


def runs_of(entry: Entry) -> list[Run]:
    """Every run of the full table."""
    return [Run(entry.name, seed) for seed in (BUG_SEEDS if entry.is_bug else SOUND_SEEDS)]


def judge_all(runs: Sequence[Run], workers: int = 2) -> Iterator[dict[str, Any]]:
    """Judge runs side by side, yielding rows as they come."""
    context = get_context("fork")
    # Once, so that no run is timed with it: strategies are built at the first use.
    check_covering_algorithm(lambda visual, prompt, budget: range(budget), max_examples=1)
    waiting, running = list(runs), dict[Connection, tuple[Run, Any, float]]()
    while waiting or running:
        while waiting and len(running) < workers:
            run = waiting.pop(0)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_child, args=(run, sender))
            process.start()
            sender.close()
            running[receiver] = run, process, time.perf_counter()
        ready = wait(list(running), timeout=1.0)
        for receiver in list(running):
            run, process, started = running[receiver]
            if receiver not in ready and time.perf_counter() - started < SECONDS:
                continue
            told = "the kit gave no answer in time"
            try:
                row = receiver.recv() if receiver in ready else _unanswered(run, told)
            except EOFError:
                row = _unanswered(run, "the process of the kit died")
            process.kill()
            process.join()
            del running[receiver]
            yield row


def judge(run: Run) -> dict[str, Any]:
    """Check one algorithm by the guarantees that it names, with the kit's default budget.

    Returns
    -------
    dict
        entry, seed; ok: the bug is refuted, or the correct algorithm passes all that it names;
        failed: what it breaks; told: whatever is not in order; seconds: of the whole check. For a
        bug also by, which guarantee refuted it first; refuted: seconds from the start of the check
        until then, with the counterexample made small; and the counterexamples by guarantee. For a
        correct algorithm also checks, the least over its guarantees.
    """
    entry, started = find(run.entry), time.perf_counter()
    reached: dict[str, float] = {}

    def note(result: GuaranteeResult) -> None:
        reached[result.guarantee] = time.perf_counter() - started

    limit = {} if entry.time_limit is None else {"time_limit": entry.time_limit}
    report = check_covering_algorithm(
        entry.select,
        guarantees=entry.claims,
        seed=run.seed,
        on_fail="return",
        callback=note,
        **limit,
    )
    failed = [result for result in report.results if result.status == "failed"]
    row: dict[str, Any] = {
        "entry": run.entry,
        "seed": run.seed,
        "failed": [result.guarantee for result in failed],
        "seconds": round(report.seconds, 2),
    }
    if not entry.is_bug:
        amiss = [result for result in report.results if result.status != "passed"]
        checks = min(result.checks for result in report.results)
        return row | {"ok": not amiss, "checks": checks, "told": _why(amiss)}
    found = {
        result.guarantee: _written(entry, result.guarantee, result.counterexample)
        for result in failed
        if result.guarantee in entry.refuted_by and result.counterexample is not None
    }
    by = next(iter(found), "")
    amiss = [] if by else failed
    row |= {"ok": bool(by), "by": by, "told": _why(amiss)}
    return row | ({"refuted": round(reached[by], 2), "counterexamples": found} if by else {})


def can_be_smaller(
    select: Any, guarantee: str, visual: Any, prompt: Any, budget: int, seed: int
) -> bool:
    """Whether the guarantee is broken still when one token is left out."""
    smaller = [
        (np.delete(visual, row, axis=0), prompt, fewer)
        for row in range(len(visual) if len(visual) > 1 else 0)
        for fewer in {min(budget, len(visual) - 1), max(1, budget - 1)}
    ]
    for row in range(len(prompt) if len(prompt) > 1 else 0):
        smaller.append((visual, np.delete(prompt, row, axis=0), budget))
    for less in smaller:
        try:
            assert_guarantee(select, guarantee, *less, seed=seed)
        except ConformanceFailure:
            return True
    return False


def _why(results: Sequence[GuaranteeResult]) -> str:
    return "; ".join(f"{r.guarantee} {r.status}: {r.reason}" for r in results)


def _written(entry: Entry, guarantee: str, found: Counterexample) -> dict[str, Any]:
    written: dict[str, Any] = {
        "kind": found.kind,
        "points": found.points,
        "integral": found.integral,
        "exact": found.exact,
        "dtype": str(found.visual.dtype),
        "budget": found.budget,
        "drawn": found.seed,
    }
    if found.visual.size + found.prompt.size <= _WRITTEN_OUT:
        written |= {"visual": found.visual.tolist(), "prompt": found.prompt.tolist()}
    if guarantee == "two-approximation":
        arrays = (np.array(found.visual), np.array(found.prompt))
        written["least"] = not can_be_smaller(
            entry.select, guarantee, *arrays, found.budget, found.seed
        )
    return written


def _child(run: Run, sender: Connection) -> None:
    os.chdir(ROOT)
    try:
        sender.send(judge(run))
    except BaseException as error:
        sender.send(_unanswered(run, f"the kit raised {type(error).__name__}: {error}"))


def _unanswered(run: Run, told: str) -> dict[str, Any]:
    return {
        "entry": run.entry,
        "seed": run.seed,
        "ok": False,
        "failed": [],
        "seconds": 0.0,
        "by": "",
        "told": told,
    }
