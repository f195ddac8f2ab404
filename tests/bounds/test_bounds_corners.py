"""True claims in the corners: K = 1, K = N, one prompt token, one visual token, equal tokens."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mobtheory.claims import Claim
from mobtheory.claims.clouds import FAMILIES, Cloud
from mobtheory.claims.instances import GreedyRun, Pruning, SeededRun
from mobtheory.covering import Selection

from .confrontation import TRUE_CLAIMS, Tally, claim_id

pytestmark = pytest.mark.bounds

# Perfect coupling is met on coincident clouds; the vacuous claims have their own tests.
ABOUT_SELECTIONS = tuple(
    c
    for c in TRUE_CLAIMS
    if issubclass(c.instance_type, Pruning | SeededRun) and c.id != "remark.perfect-coupling"
)
Into = Callable[[Any], Any]


def size_of(instance: Any) -> tuple[int, int]:
    """N and K of a pruning, or the number of points and picks of a seeded run."""
    if isinstance(instance, SeededRun):
        return len(instance.points), instance.picks
    return instance.problem.visual_count, instance.problem.budget


def smallest_budget(instance: Any) -> Any:
    return instance if size_of(instance)[1] == 1 else None


def whole_picture(instance: Any) -> Any:
    count, budget = size_of(instance)
    return instance if budget == count else None


def nothing_kept(instance: Any) -> Any:
    return replace(instance, selection=Selection([], []))


def as_it_is(instance: Any) -> Any:
    return instance


def any_family(rng: np.random.Generator) -> Cloud:
    """Often with one prompt token: K_p >= L needs that where K = 1."""
    visual, prompt = FAMILIES[str(rng.choice(list(FAMILIES)))](rng)
    return visual, prompt[: int(rng.choice([1, len(prompt)]))]


def one_prompt_token(rng: np.random.Generator) -> Cloud:
    visual, prompt = any_family(rng)
    return visual, prompt[:1]


def one_visual_token(rng: np.random.Generator) -> Cloud:
    visual, prompt = any_family(rng)
    return visual[:1], prompt


def equal_visual_tokens(rng: np.random.Generator) -> Cloud:
    visual, prompt = any_family(rng)
    return np.repeat(visual[:1], int(rng.integers(2, 7)), axis=0), prompt


def all_at_one_point(rng: np.random.Generator) -> Cloud:
    visual, _ = any_family(rng)
    point = visual[:1]
    return np.repeat(point, int(rng.integers(2, 7)), axis=0), np.repeat(point, 3, axis=0)


CORNERS: dict[str, tuple[Callable[[np.random.Generator], Cloud], Into]] = {
    "K=1": (any_family, smallest_budget),
    "K=N": (any_family, whole_picture),
    "S-empty": (any_family, nothing_kept),
    "one-prompt-token": (one_prompt_token, as_it_is),
    "one-visual-token": (one_visual_token, as_it_is),
    "equal-visual-tokens": (equal_visual_tokens, as_it_is),
    "all-at-one-point": (all_at_one_point, as_it_is),
}
# Hypotheses that a corner rules out: two halves need two tokens, a visual half one; S_p or S must
# not be empty; one visual token is as far from the prompt as the prompt is from it; a z needs
# more balls than K, and eps_v = 0 lies in no range of radii.
RULED_OUT = {
    "K=1": {"definition-1", "covering.tradeoff", "lemma-2", "theorem-1.k-bound",
            "theorem-1.eta-bound-max", "theorem-2.bound", "theorem-2.no-eta"},
    "K=N": set[str](),
    "S-empty": {"definition-1", "covering.tradeoff", "covering.nn-optimal", "lemma-1", "lemma-2",
                "theorem-1.k-bound", "theorem-1.eta-bound-max"},
    "one-prompt-token": set[str](),
    "one-visual-token": {"definition-1", "covering.tradeoff", "lemma-2", "theorem-1.k-bound",
                         "theorem-1.eta-bound-max", "theorem-2.bound",
                         "theorem-2.no-eta"},
    "equal-visual-tokens": {"theorem-1.k-bound"},
    "all-at-one-point": {"theorem-1.k-bound", "theorem-1.eta-bound-max"},
}  # fmt: skip
INSTANCES = 120
FLOOR = 2


def in_corner(claim: Claim, corner: str) -> Iterator[Any]:
    draw, into = CORNERS[corner]
    for seed in range(INSTANCES):
        rng = np.random.default_rng([seed, *corner.encode()])
        instance = claim.instance_type.from_clouds(*draw(rng), rng)
        moved = into(instance)
        if moved is not None:
            yield moved


def exists(claim: Claim, corner: str) -> bool:
    """Algorithm 1 always keeps K tokens, and seeded runs make at least one pick."""
    return corner != "S-empty" or not issubclass(claim.instance_type, GreedyRun | SeededRun)


CASES = [(c, corner) for corner in CORNERS for c in ABOUT_SELECTIONS if exists(c, corner)]


@pytest.mark.parametrize(
    ("claim", "corner"), CASES, ids=[f"{c.id}-{corner}" for c, corner in CASES]
)
def test_no_violation_in_the_corner(claim: Claim, corner: str) -> None:
    tally = Tally(claim)
    tally.add_all(in_corner(claim, corner))
    if claim.id in RULED_OUT[corner]:
        assert tally.met == 0
        assert tally.drawn >= FLOOR
    else:
        tally.demand(FLOOR)


@pytest.mark.parametrize("claim", ABOUT_SELECTIONS, ids=claim_id)
def test_every_claim_about_selections_is_met_in_some_corner(claim: Claim) -> None:
    assert any(claim.id not in RULED_OUT[corner] and exists(claim, corner) for corner in CORNERS)
