"""The exported Hypothesis strategies: what they draw, what they refuse, how they shrink."""

import importlib
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import mobtheory as mob
from mobtheory.claims import Claim
from mobtheory.claims.clouds import CLOUD_FAMILIES, FAMILIES
from mobtheory.covering import CoveringProblem
from mobtheory.errors import InvalidProblem, MissingExtra, UnknownClaim
from mobtheory.strategies import (
    CONTROL_KINDS,
    LANES,
    LIPSCHITZ_KINDS,
    adversarial_clouds,
    cloud_pairs,
    control_maps,
    covering_problems,
    instances,
    lipschitz_maps,
    point_clouds,
    token_clouds,
)

SEARCH = settings(max_examples=2000, database=None)


def smallest(strategy: Any, condition: Any) -> Any:
    return find(strategy, condition, settings=SEARCH)


def some(strategy: Any, condition: Any) -> Any:
    """Found and not shrunk."""
    return find(strategy, condition, settings=settings(SEARCH, phases=[Phase.generate]))


@given(point_clouds())
def test_point_clouds_are_small_integer_sets(points: NDArray[Any]) -> None:
    assert points.dtype == np.int64
    assert 1 <= len(points) <= 9
    assert 1 <= points.shape[1] <= 3
    assert np.abs(points).max() <= 12


@given(point_clouds(dimension=5, min_points=2, max_points=4, largest=1))
def test_point_clouds_keep_to_their_bounds(points: NDArray[Any]) -> None:
    assert points.shape[1] == 5
    assert 2 <= len(points) <= 4
    assert np.abs(points).max() <= 1


@pytest.mark.parametrize(
    "bounds",
    [
        {"dimension": 0},
        {"min_points": 0},
        {"min_points": 3, "max_points": 2},
        {"largest": -1},
    ],
)
def test_bounds_without_points_are_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(InvalidProblem, match="at least one point"):
        point_clouds(**bounds)


def test_points_shrink_in_number_and_in_size() -> None:
    found = smallest(point_clouds(dimension=2), lambda points: mob.hausdorff(points, [[0, 0]]) > 3)
    assert len(found) == 1
    assert sorted(np.abs(found[0]).tolist()) in ([0, 4], [1, 3], [2, 3])


def test_clouds_in_general_position_occur() -> None:
    """Three distinct points that are not collinear."""

    def general(points: NDArray[Any]) -> bool:
        return len(points) == 3 and np.linalg.matrix_rank(points[1:] - points[0]) == 2

    assert general(some(point_clouds(dimension=2), general))


@given(adversarial_clouds())
def test_adversarial_clouds_are_pairs(pair: tuple[NDArray[Any], NDArray[Any]]) -> None:
    visual, prompt = pair
    assert visual.shape[1] == prompt.shape[1]
    assert np.isfinite(visual).all()
    assert np.isfinite(prompt).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_families_can_be_named(family: str) -> None:
    visual, _ = smallest(adversarial_clouds(families=[family]), lambda _: True)
    assert visual.tolist() == FAMILIES[family](np.random.default_rng(0))[0].tolist()


def test_every_real_valued_family_is_drawn_unless_named() -> None:
    assert len(CLOUD_FAMILIES) >= 7
    for name in CLOUD_FAMILIES:
        target = FAMILIES[name](np.random.default_rng(0))[0]
        found, _ = some(
            adversarial_clouds(), lambda pair, target=target: np.array_equal(pair[0], target)
        )
        assert np.array_equal(found, target)


@pytest.mark.parametrize("families", [[], ["no-such-family"], ["grid", "nor-this"]])
def test_unknown_families_are_refused(families: list[str]) -> None:
    with pytest.raises(InvalidProblem, match="Choose out of grid, line"):
        adversarial_clouds(families=families)


@given(token_clouds(visual_counts=(3, 5), prompt_counts=(1, 2), dimension=7))
def test_token_clouds_have_the_asked_sizes(pair: tuple[NDArray[Any], NDArray[Any]]) -> None:
    visual, prompt = pair
    assert 3 <= len(visual) <= 5
    assert 1 <= len(prompt) <= 2
    assert visual.shape[1] == prompt.shape[1] == 7
    assert np.linalg.norm(visual, axis=1) == pytest.approx(1)
    assert np.linalg.norm(prompt, axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "sizes",
    [{"visual_counts": (0, 3)}, {"prompt_counts": (2, 1)}, {"dimension": 0}],
)
def test_sizes_without_tokens_are_refused(sizes: dict[str, Any]) -> None:
    with pytest.raises(InvalidProblem, match="counts are ranges"):
        token_clouds(**sizes)


@pytest.mark.parametrize("lane", [*LANES, None])
def test_lanes_draw_pairs(lane: str | None) -> None:
    @settings(max_examples=30)
    @given(cloud_pairs(lane=lane))
    def check(pair: tuple[NDArray[Any], NDArray[Any]]) -> None:
        visual, prompt = pair
        assert len(visual) >= 1
        assert len(prompt) >= 1
        if lane == "exact":
            assert CoveringProblem(visual, prompt, 1).exact_order

    check()


@pytest.mark.parametrize(
    "sought",
    [
        lambda v, p: len(p) == 1,
        lambda v, p: len(v) == 1,
        lambda v, p: len(np.unique(v, axis=0)) < len(v) - 2,
        lambda v, p: len(v) > 3 and mob.hausdorff(v, p) == 0,
        lambda v, p: v.shape[1] == 3,
        lambda v, p: float(np.abs(v).max()) > 500,
    ],
    ids=["one-prompt", "one-visual", "duplicates", "coincident", "space", "outlier"],
)
def test_exact_lane_reaches_the_corners(sought: Any) -> None:
    assert sought(*some(cloud_pairs(lane="exact"), lambda pair: sought(*pair)))


def test_unknown_lane_is_refused() -> None:
    for strategy in (cloud_pairs, covering_problems):
        with pytest.raises(InvalidProblem, match=r"lane='grid'.*exact, adversarial, tokens"):
            strategy(lane="grid")
    with pytest.raises(InvalidProblem, match="the lane is unknown"):
        instances("lemma-1", lane="grid")


@given(st.data())
def test_covering_problems_are_valid(data: st.DataObject) -> None:
    metric = data.draw(st.sampled_from(["euclidean", "cosine", "manhattan", "chebyshev"]))
    normalize = data.draw(st.booleans())
    problem = data.draw(covering_problems(metric=metric, normalize=normalize))
    assert 1 <= problem.budget <= problem.visual_count
    assert (problem.metric, problem.normalize) == (metric, normalize)
    assert problem.coupling >= 0


def test_every_budget_is_drawn() -> None:
    for sought in (1, 2, 5):
        problem = some(
            covering_problems(), lambda p, k=sought: p.budget == k and p.visual_count == 5
        )
        assert problem.budget == sought


@pytest.mark.parametrize("kind", LIPSCHITZ_KINDS)
def test_lipschitz_maps_state_a_constant(kind: str) -> None:
    @given(lipschitz_maps(2, kinds=[kind]), point_clouds(dimension=2))
    def check(drawn: Any, points: NDArray[Any]) -> None:
        assert drawn.constant > 0
        output = drawn(points.astype(float))
        assert output.ndim == 1
        assert np.isfinite(output).all()
        assert drawn.rounding(points.astype(float)) >= 0

    check()


def test_kinds_are_distinct_maps() -> None:
    names = {
        kind: type(some(lipschitz_maps(2, kinds=[kind]), lambda _: True)).__name__
        for kind in LIPSCHITZ_KINDS
    }
    assert names == {
        "probe": "DistancesToProbes",
        "probes": "DistancesToProbes",
        "support": "SupportFunctions",
        "max-pooled": "MaxPooledFeatures",
        "composed": "Composed",
    }
    assert some(lipschitz_maps(2, kinds=["probe"]), lambda _: True).constant == 1
    assert some(lipschitz_maps(2, kinds=["probes"]), lambda _: True).constant > 1


@pytest.mark.parametrize("kind", CONTROL_KINDS)
def test_control_maps_have_no_constant(kind: str) -> None:
    assert some(control_maps(3, kinds=[kind]), lambda _: True).constant is None


def test_unknown_kinds_are_refused() -> None:
    for strategy in (lipschitz_maps, control_maps):
        for kinds in ([], ["linear"]):
            with pytest.raises(InvalidProblem, match="every kind must be known"):
                strategy(2, kinds=kinds)
        with pytest.raises(InvalidProblem, match="dimension=0"):
            strategy(0)


@pytest.mark.parametrize("claim", mob.list_claims(), ids=lambda c: c.id)
def test_instances_are_what_the_claim_takes(claim: Claim) -> None:
    @settings(max_examples=10)
    @given(instances(claim.id))
    def check(instance: Any) -> None:
        assert isinstance(instance, claim.instance_type)
        claim.applies(instance)

    check()


def test_instances_of_unknown_claims_are_refused() -> None:
    with pytest.raises(UnknownClaim, match="lemma-1"):
        instances("lemma-one")


def test_strategies_ask_for_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("mobtheory.strategies")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtra, match=r'pip install "mobtheory\[test\]"') as caught:
        importlib.import_module("mobtheory.strategies")
    assert isinstance(caught.value, ImportError)
    assert "hypothesis" in str(caught.value)


def test_another_missing_module_is_not_blamed_on_hypothesis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        """A finder under which Hypothesis itself misses a module."""

        @staticmethod
        def find_spec(name: str, *_: Any) -> None:
            if name == "hypothesis":
                raise ModuleNotFoundError("none here", name="sortedcontainers")

    for name in list(sys.modules):
        if name.startswith("mobtheory.strategies") or name.split(".")[0] == "hypothesis":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="none here"):
        importlib.import_module("mobtheory.strategies")
