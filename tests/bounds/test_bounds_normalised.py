"""The paper's own setting: tokens of length 1, and what other metrics leave standing."""

from fractions import Fraction

import numpy as np
import pytest

from mobtheory import CoveringProblem, claim, mob_select
from mobtheory.claims.instances import GreedyRun, LinePruning, MapPruning, Pruning
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.errors import InvalidProblem

from .confrontation import TRUE_CLAIMS, Tally

pytestmark = pytest.mark.bounds

# Pythagorean directions at the angles 0, 0.1, pi/2 and pi/2 + 0.25; the prompt at -0.49.
DIRECTIONS = [(1, 0, 1), (399, 40, 401), (0, 1, 1), (-16, 63, 65)]
PROMPT = (15, -8, 17)


def squared(x: tuple[int, int, int], y: tuple[int, int, int]) -> Fraction:
    """Squared distance of two unit vectors with rational coordinates."""
    (a, b, n), (c, d, m) = x, y
    return (Fraction(a, n) - Fraction(c, m)) ** 2 + (Fraction(b, n) - Fraction(d, m)) ** 2


def on_the_circle() -> GreedyRun:
    visual = np.array([v[:2] for v in DIRECTIONS])
    problem = CoveringProblem(visual, np.array([PROMPT[:2]]), 3, normalize=True)
    return GreedyRun.of(problem, 1, 1, DistancesToProbes(np.array([[1.0, 0.0]])))


def test_the_visual_half_alone_is_no_cover_on_the_unit_circle() -> None:
    run = on_the_circle()
    assert run.selection.prompt_centers.tolist() == [0]
    assert run.selection.visual_centers.tolist() == [3, 2]
    fps = claim("theorem-2.fps")
    assert fps.applies(run)
    assert fps.check(run).holds is False
    # The same in rational arithmetic: token 0 is nearest to the prompt, 3 and 2 are picked.
    assert min(range(4), key=lambda i: squared(DIRECTIONS[i], PROMPT)) == 0
    assert max(range(4), key=lambda i: squared(DIRECTIONS[i], DIRECTIONS[0])) == 3
    assert (
        max(range(4), key=lambda i: min(squared(DIRECTIONS[i], DIRECTIONS[s]) for s in (0, 3))) == 2
    )
    left = max(min(squared(v, DIRECTIONS[s]) for s in (3, 2)) for v in DIRECTIONS)
    two_centres = max(min(squared(v, DIRECTIONS[s]) for s in (0, 2)) for v in DIRECTIONS)
    assert left > 4 * two_centres


@pytest.mark.parametrize("kind", [GreedyRun, MapPruning, Pruning])
def test_true_claims_hold_on_normalised_tokens(kind: type[Pruning]) -> None:
    tallies = {c.id: Tally(c) for c in TRUE_CLAIMS if issubclass(kind, c.instance_type)}
    normalised = 0
    for seed in range(150):
        rng = np.random.default_rng([seed, 77])
        instance = kind.from_clouds(rng.normal(size=(8, 3)), rng.normal(size=(3, 3)), rng)
        if instance.problem.normalize:
            normalised += 1
            for tally in tallies.values():
                tally.add(instance)
    assert normalised >= 20
    assert sum(tally.met for tally in tallies.values()) >= 20


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev", "cosine"])
@pytest.mark.parametrize("id", ["geometry.hausdorff-identity", "geometry.domination"])
def test_the_identity_holds_in_every_metric(id: str, metric: str) -> None:
    tally = Tally(claim(id))
    for seed in range(25):
        rng = np.random.default_rng(seed)
        visual, prompt = rng.normal(size=(9, 3)), rng.normal(size=(3, 3))
        problem = CoveringProblem(visual, prompt, 4, metric=metric)
        tally.add(Pruning(problem, mob_select(problem, prompt_budget=2, fold=1)))
    tally.demand(25)


def test_instances_refuse_what_they_cannot_measure() -> None:
    rng = np.random.default_rng(0)
    visual, prompt = rng.normal(size=(5, 2)), rng.normal(size=(2, 2))
    manhattan = CoveringProblem(visual, prompt, 2, metric="manhattan")
    selection = mob_select(manhattan, prompt_budget=1, fold=1)
    probe = DistancesToProbes(np.zeros((1, 2)))
    with pytest.raises(InvalidProblem, match="Euclidean"):
        MapPruning(manhattan, selection, probe)
    with pytest.raises(InvalidProblem, match="line of integers"):
        LinePruning(CoveringProblem(visual, prompt, 2), selection, 1.0, 2.0, 1)
    given = CoveringProblem.from_distances([[0.0, 1.0], [1.0, 0.0]], [[1.0], [2.0]], 1)
    pruning = Pruning(given, mob_select(given, prompt_budget=1, fold=1))
    with pytest.raises(InvalidProblem, match="by distances"):
        claim("geometry.hausdorff-identity").check(pruning)


@pytest.mark.parametrize("unit", [1e-155, 1e-120, 1e120, 1e140])
def test_the_corrected_guarantee_survives_any_unit(unit: float) -> None:
    tally = Tally(claim("theorem-2.corrected"))
    for seed in range(40):
        rng = np.random.default_rng(seed)
        visual, prompt = unit * rng.normal(size=(7, 2)), unit * rng.normal(size=(2, 2))
        tally.add(GreedyRun.from_clouds(visual, prompt, rng))
    tally.demand(20)
