"""Both sides of claims on small instances that were worked out by hand, and checks that can fail.

Claims that are not tight have no instance at which a wrong constant would show; here their right
sides are numbers.  Where two sides are always equal, an instance that breaks a hypothesis, or one
whose quantities were falsified, must be noticed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mobtheory.claims import Margin, claim
from mobtheory.claims.instances import (
    GreedyRun,
    LinePruning,
    Pruning,
    RegularSet,
    SeededRun,
    Sizes,
    SplitRun,
)
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.covering import CoveringProblem, Selection

pytestmark = pytest.mark.bounds


def column(*values: float) -> np.ndarray[Any, Any]:
    return np.array(values)[:, None]


def problem(visual: tuple[int, ...], prompt: tuple[int, ...], budget: int) -> CoveringProblem:
    return CoveringProblem(column(*visual), column(*prompt), budget)


def unmoved(of: CoveringProblem, prompt_budget: int, **more: Any) -> GreedyRun:
    """A run whose map looks at the prompt only, so that pruning makes no error."""
    at_prompt = DistancesToProbes(np.asarray(of.prompt, dtype=float)[:1])
    return GreedyRun.of(of, prompt_budget, 1, at_prompt, **more)


WORKED: dict[str, tuple[str, Callable[[], Any], Margin]] = {
    # S_p = {0} is at distance 1 from the prompt token and covers all but 10, which is picked.
    "three times the optimum": (
        "covering.union",
        lambda: SplitRun(problem((0, 10), (1,), 2), 1),
        Margin(1.0, 3.0),
    ),
    # Two neighbours do not fit into K_p = 1: the pick 0 leaves the other token at 10, as any does.
    "five times the optimum": (
        "covering.union",
        lambda: SplitRun(problem((0, 10), (0, 10), 1), 1),
        Margin(10.0, 50.0),
    ),
    # Without seeds the first pick is the token 0, which leaves 2; the centre 1 leaves 1.
    "twice the seeded optimum": (
        "theorem-2.corrected",
        lambda: unmoved(problem((0, 1, 2), (100,), 1), 0),
        Margin(2.0, 2.0),
    ),
    # One ball covers 0, ..., 9 from 4.5 on: b' = 5 on (4.5, 5], beta = 10 for one pick.
    "the beta term": (
        "theorem-2.corrected",
        lambda: unmoved(problem((*range(10),), (100,), 1), 0, visual_range=(4.5, 5.0)),
        Margin(9.0, 10.0),
    ),
    # (2 + 1) 3 + 2 * 3 + 2 log2(2) + log2(2) + 2 * 3 + 2 * 3 operations; 5 * 2 * (1 + 2) * 3.
    "operations with fold 1": (
        "theorem-2.complexity",
        lambda: Sizes(visual=2, prompt=1, width=3, budget=2, prompt_budget=1, fold=1),
        Margin(30.0, 90.0),
    ),
    # (8 + 2) 3 + 8 * 2 * 3 + 8 * 2 log2(4) + 2 * 3 log2(8) + 8 * 7 * 3 + 0; 5 * 8 * (2 + 7) * 3.
    "operations with fold 3": (
        "theorem-2.complexity",
        lambda: Sizes(visual=8, prompt=2, width=3, budget=7, prompt_budget=7, fold=3),
        Margin(30.0 + 48 + 32 + 18 + 168, 1080.0),
    ),
}


@pytest.mark.parametrize(
    ("id", "make", "sides"),
    WORKED.values(),
    ids=[f"{name} ({id})" for name, (id, *_) in WORKED.items()],
)
def test_both_sides_are_as_worked_out(id: str, make: Callable[[], Any], sides: Margin) -> None:
    worked, instance = claim(id), make()
    assert worked.unmet(instance) == ()
    margin = worked.check(instance)
    assert margin.lhs == pytest.approx(sides.lhs, rel=1e-14)
    assert margin.rhs == pytest.approx(sides.rhs, rel=1e-14)


@pytest.mark.parametrize(
    ("log_a", "log_b", "violation"),
    [(0.5, 3.0, 0.5), (-1.0, -0.25, 0.25), (-1.0, 2.0, -1.0), (-3.0, 0.5, -0.5)],
)
def test_the_violation_of_two_sided_bounds(log_a: float, log_b: float, violation: float) -> None:
    """Of "lemma-3.vacuity" too: a single point has N = 1, and log a <= 0 <= log b at r = 1."""
    from mobtheory.claims.lemma_3 import _log_violation

    point = RegularSet(column(0.0), 0.5, 2.0, 2.0, 1.0, 1.0, 1.0)
    margin = _log_violation(point, (1, 1), log_a, log_b)
    assert (margin.lhs, margin.rhs) == (violation, 0.0)


# --- a check that cannot fail would say nothing ------------------------------------------------


def falsified(instance: Any, **quantities: Any) -> Any:
    """The instance with some of its measured quantities replaced."""
    vars(instance).update(quantities)
    return instance


def far_pruning() -> Pruning:
    """d_H(X, X_s) = 9 in a picture where it is 1."""
    instance = Pruning(problem((0, 1), (5,), 1), Selection([], [0]))
    object.__setattr__(instance.covering, "pruning_distance", 9.0)
    return instance


FALSE: dict[str, Callable[[], Any]] = {
    "geometry.hausdorff-identity": far_pruning,
    # K = 1 < 3 balls at delta = 1/4, and still no level is said to exist.
    "theorem-1.existence": lambda: falsified(
        LinePruning(problem((0, 9), (5,), 1), Selection([], [0]), low=0.25, high=1.0, exponent=1),
        best_level=None,
    ),
    # Fewer prompt centres than prompt tokens: one of two is left at distance 10.
    "theorem-2.nn-cover": lambda: unmoved(problem((0, 10), (0, 10), 1), 1),
    "remark.fold-cap": lambda: unmoved(problem((0, 10), (0, 10), 1), 1),
}


@pytest.mark.parametrize("id", FALSE)
def test_a_false_equality_is_noticed(id: str) -> None:
    assert claim(id).check(FALSE[id]()).holds is False


@pytest.mark.parametrize("id", ["covering.saturation"])
def test_a_lower_floor_is_noticed(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """h(P -> V) = 1/2 where the nearest neighbour is at 1."""
    monkeypatch.setattr(CoveringProblem, "prompt_to_visual", 0.5)
    instance = Pruning(problem((0, 9), (1,), 1), Selection([0], []))
    assert claim(id).check(instance).holds is False


def test_seeds_matter() -> None:
    """Without the seed 0 the optimum of one centre for {0, 10} is 10, with it 0."""
    with_seed = SeededRun(column(0, 10), column(0), 1)
    margin = claim("covering.seeded-fps").check(with_seed)
    assert (margin.lhs, margin.rhs) == (0.0, 0.0)
