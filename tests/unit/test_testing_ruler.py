"""The ruler of the conformance kit, against distances and optima in fractions, by brute force."""

import math
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mobtheory.strategies import CoveringInput, covering_inputs
from mobtheory.testing.answers import Kept
from mobtheory.testing.lengths import Length, exceeds
from mobtheory.testing.ruler import Ruler
from mobtheory.testing.whole import whole_numbers

METRICS = ("euclidean", "manhattan", "chebyshev")


def _points(array):
    return [tuple(map(Fraction, row)) for row in np.asarray(array, dtype=float).tolist()]


def _square(a, b, metric):
    away = [abs(x - y) for x, y in zip(a, b, strict=True)]
    if metric == "euclidean":
        return sum(x * x for x in away)
    return (sum(away) if metric == "manhattan" else max(away)) ** 2


def _reach(points, centers, metric):
    """The square of the largest distance from a point to its nearest centre."""
    return max(min(_square(p, c, metric) for c in centers) for p in points)


def _best(points, count, metric):
    """The square of the optimum of centres among the points, over all choices."""
    squares = [[_square(a, b, metric) for b in points] for a in points]
    return min(
        max(min(row[c] for c in chosen) for row in squares)
        for chosen in combinations(range(len(points)), count)
    )


def _holds(length: Length, square: Fraction) -> bool:
    return length.low <= square <= length.high


@st.composite
def _kept(draw, inputs):
    """An input with a selection in halves, the visual one not empty."""
    one = draw(inputs)
    rows = draw(st.permutations(range(len(one.visual))))[: one.budget]
    split = draw(st.integers(0, one.budget - 1))
    return one, Kept(tuple(rows[:split]), tuple(rows[split:]), halves=True)


EXACT = covering_inputs(lane="exact")
CORNERS = CoveringInput(np.array([[0.0] * 3, [2.0**30 - 1] * 3]), np.zeros((1, 3)), 1)
SMALLEST = CoveringInput(np.array([[5e-324], [0.0], [-1e-310]]), np.zeros((1, 1)), 1)
WIDEST = CoveringInput(np.array([[2.0**400], [2.0**-400], [0.1]]), np.array([[1 / 3]]), 1)
WIDE32 = CoveringInput(
    np.array([[1e30, 1e-30], [0.1, 1e30]], np.float32), np.array([[1e-40, 7.0]], np.float32), 1
)


@pytest.mark.parametrize("metric", METRICS)
@given(case=_kept(EXACT))
@example(case=(CORNERS, Kept((), (0,), halves=True)))
@example(case=(SMALLEST, Kept((), (1,), halves=True)))
@example(case=(WIDEST, Kept((), (2,), halves=True)))
@example(case=(WIDE32, Kept((1,), (0,), halves=True)))
def test_small_inputs_are_measured_exactly(metric, case):
    given_, kept = case
    ruler = Ruler(given_, metric)
    visual, prompt = _points(given_.visual), _points(given_.prompt)
    half = [visual[row] for row in kept.visual_centers]
    other = [visual[row] for row in kept.prompt_centers]
    radii = ruler.radii(kept)
    assert ruler.exact
    assert radii.union == Length.exactly(_reach(visual, half + other, metric))
    assert radii.visual == Length.exactly(_reach(visual, half, metric))
    assert ruler.prompt_floor == Length.exactly(_reach(prompt, visual, metric))
    pruned = _reach(visual, half + other + prompt, metric)
    assert ruler.pruning_distance(kept) == Length.exactly(pruned)
    if other:
        both_ways = max(_reach(prompt, other, metric), _reach(other, prompt, metric))
        assert radii.prompt == Length.exactly(both_ways)
    else:
        assert float(radii.prompt) == math.inf


@pytest.mark.parametrize("metric", METRICS)
@given(one=EXACT)
@example(one=CORNERS)
def test_optima_of_few_points_are_exact(metric, one):
    visual, prompt = _points(one.visual), _points(one.prompt)
    ruler = Ruler(one, metric)
    for points, count, optimum in (
        (visual, one.budget, ruler.visual_optimum(one.budget)),
        (prompt, min(2, len(prompt)), ruler.prompt_optimum(2)),
    ):
        best = _best(points, count, metric)
        assert optimum.radius == optimum.lower == Length.exactly(best)
        reached = _reach(points, [points[row] for row in optimum.centers], metric)
        assert reached == best
        assert len(set(optimum.centers)) == count


@pytest.mark.parametrize("metric", METRICS)
@given(one=EXACT)
def test_optima_on_a_line_with_centres_anywhere(metric, one):
    flat = CoveringInput(one.visual[:, :1], one.prompt[:, :1], one.budget)
    places = sorted(point[0] for point in _points(flat.visual))
    # Some optimal cover is by runs of neighbours, each with its centre in the middle.
    best = min(
        max(run[-1] - run[0] for run in _runs(places, cuts))
        for count in range(one.budget)
        for cuts in combinations(range(1, len(places)), count)
    )
    assert Ruler(flat, metric).line_optimum(one.budget) == Length.exactly((best / 2) ** 2)


def _runs(places, cuts):
    ends = [0, *cuts, len(places)]
    return [places[a:b] for a, b in pairwise(ends)]


CLOUDS = [("tokens", np.float64), ("duplicates", np.float32), ("near-ties", np.float64)]


def _cloud(kind, dtype, *, offset=0.0, scale=1.0, shape=(40, 5, 3)):
    from mobtheory.strategies.cloud_kinds import cloud_of

    visual, prompt = cloud_of(kind, 3, *shape)
    return CoveringInput(
        ((visual + offset) * scale).astype(dtype), ((prompt + offset) * scale).astype(dtype), 4
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("kind", "dtype"), CLOUDS)
@pytest.mark.parametrize(
    ("offset", "scale"), [(0, 1.0), (2.0**12, 1.0), (0, 2.0**40), (0, 2.0**-40)]
)
def test_brackets_of_floats_hold_the_exact_values(metric, kind, dtype, offset, scale):
    one = _cloud(kind, dtype, offset=offset, scale=scale)
    kept = Kept((1, 7), (0, 12), halves=True)
    exact, rounded = Ruler(one, metric, exact=True), Ruler(one, metric, exact=False)
    true, told = exact.radii(kept), rounded.radii(kept)
    for name in ("union", "visual", "prompt"):
        assert getattr(true, name).exact
        assert _holds(getattr(told, name), getattr(true, name).low), name
        assert exceeds(getattr(told, name), getattr(true, name)) is None
    assert _holds(rounded.prompt_floor, exact.prompt_floor.low)
    assert _holds(rounded.pruning_distance(kept), exact.pruning_distance(kept).low)
    visual = _points(one.visual)
    assert true.union.low == _reach(visual, [visual[row] for row in kept.rows], metric)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("budget", [1, 3])
def test_brackets_of_optima_hold_the_optimum(metric, exact, budget):
    one = _cloud("clusters", np.float64, shape=(14, 12, 2))
    visual, prompt = _points(one.visual), _points(one.prompt)
    ruler = Ruler(one, metric, exact=exact)
    best = _best(visual, budget, metric)
    far = ruler.radii(Kept((), tuple(range(budget)), halves=False)).union
    for beaten in (None, far, far.times(Fraction(1, 2)), Length.exactly(best).times(2)):
        optimum = ruler.visual_optimum(budget, beaten=beaten)
        assert optimum.lower.low <= best <= optimum.radius.high
        reached = _reach(visual, [visual[row] for row in optimum.centers], metric)
        assert _holds(optimum.radius, reached)
    best = _best(prompt, budget, metric)
    optimum = ruler.prompt_optimum(budget)
    assert optimum.lower.low <= best <= optimum.radius.high


def test_the_solver_is_asked_where_farthest_points_decide_nothing():
    """Tokens at 0..10: the two ends reach 5, the best two centres 3, and 6.5 is more than twice."""
    one = CoveringInput(np.arange(11.0)[:, None], np.zeros((1, 1)), 2)
    ruler = Ruler(one)
    beaten = Length.exactly(Fraction(169, 4))
    assert ruler.visual_optimum(2, beaten=Length.exactly(25)).farthest
    optimum = ruler.visual_optimum(2, beaten=beaten)
    assert not optimum.farthest
    assert optimum.lower.low <= 9 <= optimum.radius.high
    assert float(optimum.lower) == pytest.approx(3)
    assert exceeds(beaten, optimum.radius.times(2)) is True


@pytest.mark.parametrize(("metric", "normalize"), [("cosine", False), ("euclidean", True)])
def test_angles_are_bracketed(metric, normalize):
    one = _cloud("tokens", np.float64, shape=(12, 4, 6))
    ruler = Ruler(one, metric, normalize)
    units = one.visual / np.linalg.norm(one.visual, axis=1, keepdims=True)
    kept = Kept((), (2, 5), halves=False)
    cosines = np.clip(units @ units[[2, 5]].T, -1, 1)
    apart = 1 - cosines if metric == "cosine" else np.sqrt(2 - 2 * cosines)
    radius = ruler.radii(kept).union
    assert not ruler.exact
    assert math.sqrt(radius.low) <= apart.min(axis=1).max() + 1e-12
    assert math.sqrt(radius.high) >= apart.min(axis=1).max() - 1e-12
    assert float(radius) == pytest.approx(apart.min(axis=1).max(), abs=1e-12)
    pairs = 1 - units @ units.T
    pairs = pairs if metric == "cosine" else np.sqrt(2 * np.maximum(pairs, 0))
    best = min(pairs[:, list(s)].min(axis=1).max() for s in combinations(range(12), 2))
    for beaten in (None, radius, Length.between(best * 1.5, best * 1.5)):
        optimum = ruler.visual_optimum(2, beaten=beaten)
        assert float(optimum.lower) <= best + 1e-12
        assert float(optimum.radius) >= best - 1e-12


def test_farthest_points_bound_normalised_tokens_where_tokens_are_normalised():
    """Lengths differ a thousandfold: who is farthest before that is said says nothing after it."""
    turns = np.array([0.0, 0.05, 1.0, 1.05, 2.0, 2.05, 3.0, 3.05, 4.0, 4.05, 5.0, 5.05])
    lengths = np.array([1000.0, 900.0, *[1.0] * 10])
    visual = lengths[:, None] * np.c_[np.cos(turns), np.sin(turns)]
    ruler = Ruler(CoveringInput(visual, visual[:1], 2), normalize=True)
    units = visual / lengths[:, None]
    apart = np.sqrt(((units[:, None] - units) ** 2).sum(axis=2))
    for budget in (2, 3, 4, 6):
        best = min(
            apart[:, list(s)].min(axis=1).max() for s in combinations(range(len(visual)), budget)
        )
        optimum = ruler.visual_optimum(budget)
        assert float(optimum.lower) <= best * (1 + 1e-9)


@given(one=covering_inputs())
def test_whole_numbers_differ_as_the_tokens_do(one):
    if one.visual.size > 400:
        one = CoveringInput(one.visual[:20, :20], one.prompt[:5, :20], 1)
    visual, prompt, square = whole_numbers(one.visual, one.prompt)
    whole = [*visual.tolist(), *prompt.tolist()]
    both = _points(np.concatenate([one.visual, one.prompt]))
    for number, point in zip(whole, both, strict=True):
        for a, b, x, y in zip(number, whole[0], point, both[0], strict=True):
            assert (a - b) ** 2 * square == (x - y) ** 2
            assert ((a > b) - (a < b)) == ((x > y) - (x < y))


def test_a_line_of_realistic_size_takes_no_time(monkeypatch):
    """Every span is a candidate, and there are 165 000: they must not be tried one by one."""
    from mobtheory.testing import ruler as module

    tried = []
    count = module._intervals
    monkeypatch.setattr(
        module, "_intervals", lambda *arguments: tried.append(1) or count(*arguments)
    )
    rng = np.random.default_rng(0)
    one = CoveringInput(rng.normal(size=(576, 1)), np.zeros((1, 1)), 30)
    optimum = Ruler(one, exact=True).line_optimum(30)
    assert len(tried) < 100
    places = np.sort(one.visual[:, 0])
    assert float(optimum) >= np.diff(places).min() / 2
