"""Run the proofs of some claims, several at a time."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from functools import partial
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mobtheory.claims.proving.coq import CoqBuild
from mobtheory.claims.proving.processes import Processes
from mobtheory.claims.proving.python_files import proof_folder
from mobtheory.claims.proving.result import ProofResult
from mobtheory.claims.proving.workers import Workers
from mobtheory.claims.registry import select_claims
from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem

TIME_LIMIT = 120.0
_MOST_JOBS = 8  # by default; each is a process that loads the engines
Pattern = str | list[str] | tuple[str, ...]
Task = Callable[[], Sequence[ProofResult]]


def default_jobs() -> int:
    """How many proofs run at once: one per processor, at most 8."""
    usable = getattr(os, "sched_getaffinity", None)  # not everywhere
    return min(len(usable(0)) if usable else os.cpu_count() or 1, _MOST_JOBS)


def iterate_proofs(
    pattern: Pattern = "*", *, jobs: int | None = None, time_limit: float = TIME_LIMIT
) -> Iterator[ProofResult]:
    """Run each proof of the chosen claims once, yielding results as they come.

    Parameters
    ----------
    pattern, jobs, time_limit : as for `prove`
    """
    jobs = default_jobs() if jobs is None else as_count("prove", "jobs", jobs, 1)
    return _results(_claims_of(pattern), jobs, _as_seconds(time_limit))


def prove(
    pattern: Pattern = "*", *, jobs: int | None = None, time_limit: float = TIME_LIMIT
) -> list[ProofResult]:
    """Run the proofs of one claim, of several, or of all.

    Every proof file runs in a process of its own; one that hangs, raises or crashes fails by name
    and the others still run. Coq files are compiled in a temporary folder, and a theorem counts
    only if it rests on nothing beyond the axioms of Coq's own real analysis. What was compiled is
    kept, by the hash of all that it was made from, in ``$XDG_CACHE_HOME/mobtheory/coq``, or where
    ``MOBTHEORY_COQ_CACHE`` says; ``off`` compiles everything anew.

    Parameters
    ----------
    pattern : claim id or shell pattern, or a list of them
    jobs : how many processes run at once; default: one per processor, at most 8
    time_limit : in seconds, for each proof file and each run of Coq; over it a proof is undecided

    Returns
    -------
    list of ProofResult
        One per proof, in dependency order of the claims.

    Raises
    ------
    UnknownClaim
        If nothing matches.
    InvalidProblem
        For jobs below 1 or a time limit that is no positive number.

    Examples
    --------
    >>> import mobtheory as mob
    >>> first = mob.prove("theorem-2.complexity")[0]
    >>> first.file, first.ok
    ('theorem_2_complexity.py', True)
    """
    order = [*_claims_of(pattern)]
    results = iterate_proofs(pattern, jobs=jobs, time_limit=time_limit)
    return sorted(results, key=lambda result: order.index(result.file))


def _claims_of(pattern: Pattern) -> dict[str, list[str]]:
    """The proofs to run, each with the claims that name it."""
    claims: dict[str, list[str]] = {}
    for claim in select_claims(pattern):
        for name in claim.proof:
            claims.setdefault(name, []).append(claim.id)
    return claims


def _as_seconds(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf:
        raise InvalidProblem(
            "prove",
            f"time_limit={value!r} ({type(value).__name__})",
            "a time limit is a positive number of seconds",
            "Pass a number above 0, for example 120.",
        )
    return float(value)


def _results(claims: Mapping[str, Sequence[str]], jobs: int, limit: float) -> Iterator[ProofResult]:
    with TemporaryDirectory(prefix="mobtheory-coq-", ignore_cleanup_errors=True) as temporary:
        processes = Processes(Path(temporary))
        workers = Workers(processes, limit)
        with (
            closing(workers),
            ThreadPoolExecutor(jobs) as pool,
            closing(processes),  # first of all, so that the threads come to an end
        ):
            tasks, needs = _tasks(claims, workers, processes, Path(temporary), limit)
            for result in _in_order(tasks, needs, pool, jobs):
                yield replace(result, claims=tuple(claims[result.file]))


def _tasks(
    names: Iterable[str], workers: Workers, processes: Processes, temporary: Path, limit: float
) -> tuple[dict[str, Task], dict[str, list[str]]]:
    """What is to be done, the most urgent first, and what must be done before."""
    folder = proof_folder()
    tasks: dict[str, Task] = {}
    needs: dict[str, list[str]] = {}
    coq_names = [name for name in names if name.startswith("coq/")]
    if coq_names:
        build = temporary / "build"
        build.mkdir()
        coq = CoqBuild(coq_names, folder / "coq", build, processes, limit)
        tasks["settled"] = lambda: coq.settled
        for file, required in coq.needs.items():
            tasks[f"compile {file}"] = partial(coq.compile, file)
            needs[f"compile {file}"] = [f"compile {other}" for other in required]
        for file in coq.theorems:
            tasks[f"check {file}"] = partial(coq.check, file)
            needs[f"check {file}"] = [f"compile {file}"]
    for name in names:
        if not name.startswith("coq/"):
            tasks[name] = partial(workers.run, name, folder)
    return tasks, needs


def _in_order(
    tasks: Mapping[str, Task], needs: Mapping[str, Sequence[str]], pool: Executor, jobs: int
) -> Iterator[ProofResult]:
    """Do each task once those that it needs are done, and yield what they find."""
    rank = {task: number for number, task in enumerate(tasks)}
    order = TopologicalSorter({task: needs.get(task, ()) for task in tasks})
    order.prepare()
    ready: list[tuple[int, str]] = []
    running: dict[Future[Sequence[ProofResult]], str] = {}
    while order.is_active():
        for task in order.get_ready():
            heappush(ready, (rank[task], task))
        while ready and len(running) < jobs:
            _, task = heappop(ready)
            running[pool.submit(tasks[task])] = task
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            order.done(running.pop(future))
            yield from future.result()
