"""Corners of the input, and what a larger budget must not make worse."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.answers import Kept
from mobtheory.testing.calls import Calls, fresh
from mobtheory.testing.finding import KEPT_IT, Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs
from mobtheory.testing.lengths import Length, exceeds
from mobtheory.testing.ruler import FEW


def _monotone(calls: Calls, given: CoveringInput) -> Finding | None:
    """Radii for K, K + 1, ...: where one is larger than the one before, the bound is broken."""
    budgets = _budgets(given.budget, len(given.visual))
    if len(budgets) == 1:
        return None
    ruler = calls.ruler(given)
    kept = [calls.keep(given)]
    kept += [calls.select(*fresh(given), more) for more in budgets[1:]]
    radii = [ruler.radii(k).union for k in kept]
    steps = zip(pairwise(budgets), pairwise(radii), kept[1:], strict=True)
    return max((_step(*step) for step in steps), key=_nearest_to_broken)


def _budgets(least: int, count: int) -> list[int]:
    """All budgets from K on for few tokens; beyond, some next to K and a few up to N."""
    if count <= FEW:
        return list(range(least, count + 1))
    spread = np.linspace(least, count, 5).astype(int).tolist()
    return sorted({*range(least, min(least + 6, count) + 1), *spread})


def _step(budgets: tuple[int, int], radii: tuple[Length, Length], kept: Kept) -> Finding:
    (fewer, more), (before, after) = budgets, radii
    return Finding(
        exceeds(after, before),
        f"h(V -> S) for K = {more}",
        f"h(V -> S) for K = {fewer}",
        float(after),
        float(before),
        after.rational and before.rational,
        detail=f"for K = {more} it kept {sorted(kept.rows)}" if len(kept.rows) < 20 else "",
    )


def _nearest_to_broken(finding: Finding) -> tuple[bool, float]:
    return finding.broken is True, finding.lhs / finding.rhs if finding.rhs else 0.0


def _short_of_all(given: CoveringInput) -> CoveringInput:
    return replace(given, budget=max(1, min(given.budget // 2, len(given.visual) - 1)))


def _with_copies(given: CoveringInput) -> CoveringInput:
    """Every token may occur again; without a seed all are one."""
    rng = np.random.default_rng(given.seed)
    count = len(given.visual)
    distinct = max(1, count // 2) if given.seed % 4 else 1
    rows = rng.integers(0, distinct, count)
    visual = np.array(given.visual[rows])
    prompt = np.array(given.prompt) if given.seed % 3 else np.array(visual[: len(given.prompt)])
    return replace(given, visual=visual, prompt=prompt)


def _has_copies(given: CoveringInput) -> bool:
    return len(np.unique(given.visual, axis=0)) < len(given.visual)


def _copies(calls: Calls, given: CoveringInput) -> Finding | None:
    if not _has_copies(given):
        return None
    calls.keep(given)
    return KEPT_IT


def _with_ties(given: CoveringInput) -> CoveringInput:
    """Corners of a cross-polytope, the prompt in its middle: hardly any distances differ."""
    count, dtype = len(given.visual), given.visual.dtype
    if count > 64:
        return given
    size = 1 + given.seed % 3
    visual = np.zeros((count, max(1, (count + 1) // 2)), dtype=dtype)
    for row in range(count):
        visual[row, row // 2] = size * (1 - 2 * (row % 2))
    return replace(
        given, visual=visual, prompt=np.zeros((len(given.prompt), visual.shape[1]), dtype)
    )


def _has_ties(given: CoveringInput) -> bool:
    squares = (given.visual.astype(np.float64) ** 2).sum(axis=1)
    return len(given.visual) > 1 and len(np.unique(squares)) == 1 and not given.prompt.any()


def _ties(calls: Calls, given: CoveringInput) -> Finding | None:
    if not _has_ties(given):
        return None
    calls.keep(given)
    return KEPT_IT


def _one(calls: Calls, given: CoveringInput) -> Finding | None:
    if given.budget != 1:
        return None
    calls.keep(given)
    return KEPT_IT


def _all(calls: Calls, given: CoveringInput) -> Finding | None:
    if given.budget != len(given.visual):
        return None
    calls.keep(given)
    return KEPT_IT


def _single_prompt(calls: Calls, given: CoveringInput) -> Finding | None:
    if len(given.prompt) != 1:
        return None
    calls.keep(given)
    return KEPT_IT


BUDGETS = (
    Guarantee(
        id="monotone-radius",
        title="More tokens, no larger radius",
        statement="h(V -> S) does not grow with the budget K.",
        claim="covering.tradeoff",
        check=_monotone,
        inputs=exact_inputs(kinds=["grid", "inside", "outlier", "lattice", "duplicates"]),
        variants=2,
        focus=_short_of_all,
    ),
    Guarantee(
        id="duplicates",
        title="Copies of tokens",
        statement="Its selection is valid, K distinct rows, where tokens coincide.",
        claim="geometry.hausdorff-identity",
        validity=True,
        check=_copies,
        focus=_with_copies,
    ),
    Guarantee(
        id="ties",
        title="Equal distances",
        statement="Its selection is valid where all visual tokens are equally far from the prompt "
        "and have but two distances from one another.",
        claim="definition-1",
        validity=True,
        check=_ties,
        focus=_with_ties,
        clouds=False,
    ),
    Guarantee(
        id="budget-one",
        title="K = 1",
        statement="Its selection is valid for a budget of one token.",
        claim="definition-1",
        validity=True,
        check=_one,
        focus=lambda given: replace(given, budget=1),
    ),
    Guarantee(
        id="budget-all",
        title="K = N",
        statement="It keeps every token if it may.",
        claim="geometry.hausdorff-identity",
        validity=True,
        check=_all,
        focus=lambda given: replace(given, budget=len(given.visual)),
    ),
    Guarantee(
        id="single-prompt",
        title="L = 1",
        statement="Its selection is valid for a prompt of one token.",
        claim="definition-1",
        validity=True,
        check=_single_prompt,
        focus=lambda given: replace(given, prompt=given.prompt[:1]),
    ),
)
