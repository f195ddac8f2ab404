"""Inputs of covering algorithms: what is drawn, how exact it is, what it shrinks to, what fails."""

import doctest
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory import CoveringProblem, Selection
from mobtheory.errors import InvalidProblem
from mobtheory.hypothesis_plugin import TYPES
from mobtheory.strategies import (
    CLOUD_KINDS,
    EXACT_KINDS,
    LAYOUTS,
    PLACEMENTS,
    CoveringInput,
    covering_inputs,
    scheduled_cloud,
    selections,
)
from mobtheory.strategies.cloud_kinds import cloud_of
from mobtheory.strategies.placements import CLOUD_OFFSETS, DTYPES, placed

QUIET = settings(
    database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
EXAMPLES = 400
LINES = np.array([[0.0], [3.0]]), np.array([[1.0]])


def drawn(strategy: st.SearchStrategy[CoveringInput], count: int) -> list[CoveringInput]:
    examples: list[CoveringInput] = []

    @settings(QUIET, max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def collect(one: CoveringInput) -> None:
        examples.append(one)

    collect()
    return examples


@pytest.fixture(scope="module")
def exact_inputs() -> list[CoveringInput]:
    return drawn(covering_inputs(lane="exact"), EXAMPLES)


@pytest.fixture(scope="module")
def clouds() -> list[CoveringInput]:
    return drawn(covering_inputs(lane="clouds"), EXAMPLES)


def smallest(condition: Callable[[CoveringInput], bool], **options: Any) -> CoveringInput:
    # Without Phase.explain, which takes longer than all others.
    search = settings(QUIET, max_examples=2000, phases=[Phase.generate, Phase.shrink])
    return find(covering_inputs(**options), condition, settings=search)


def squares(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Squared distances, summed in the dtype of the points."""
    steps = a[:, None] - b[None]
    return (steps * steps).sum(-1, dtype=a.dtype)


def gram_squares(points: NDArray[Any]) -> NDArray[Any]:
    lengths = (points * points).sum(1)
    return lengths[:, None] + lengths - 2 * points @ points.T


def between(one: CoveringInput) -> NDArray[Any]:
    """Squared distances between different visual tokens, in float64 whatever the dtype."""
    visual = one.visual.astype(np.float64)
    return squares(visual, visual)[np.triu_indices(len(visual), 1)]


# What the value holds -----------------------------------------------------------------------------


def test_an_input_keeps_the_arrays_that_it_is_given() -> None:
    visual, prompt = LINES
    one = CoveringInput(visual, prompt, np.int64(2), seed=3, origin="two points")
    assert one.visual is visual
    assert one.prompt is prompt
    assert type(one.budget) is int
    assert one != CoveringInput(visual, prompt, 2, seed=3, origin="two points")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"visual": [[0.0]]}, "list"),
        ({"visual": np.zeros((0, 1))}, "at least one point"),
        ({"visual": np.zeros(3)}, r"\(n, d\)"),
        ({"visual": np.array([[np.nan]])}, "finite"),
        ({"visual": np.zeros((2, 1), np.float32)}, "both are float32"),
        ({"visual": np.zeros((2, 1), np.int64), "prompt": np.zeros((1, 1), np.int64)}, "float64"),
        ({"prompt": np.zeros((1, 2))}, "dimension"),
        ({"budget": 0}, "from 1 to 2"),
        ({"budget": 3}, "from 1 to 2"),
        ({"budget": True}, "from 1 to 2"),
        ({"budget": 1.0}, "from 1 to 2"),
        ({"seed": -1}, "at least 0"),
        ({"origin": None}, "origin"),
    ],
)
def test_what_is_no_input_is_refused(changed: dict[str, Any], said: str) -> None:
    arguments = {"visual": LINES[0], "prompt": LINES[1], "budget": 1} | changed
    with pytest.raises(InvalidProblem, match=said):
        CoveringInput(**arguments)


def test_a_small_input_prints_what_makes_it_again() -> None:
    one = CoveringInput(LINES[0].astype(np.float32), LINES[1].astype(np.float32), 2, seed=4)
    again = eval(repr(one), {**vars(np), "CoveringInput": CoveringInput})
    assert np.array_equal(again.visual, one.visual)
    assert again.visual.dtype == np.float32
    assert (again.budget, again.seed) == (2, 4)


def test_a_big_input_prints_little() -> None:
    assert len(repr(CoveringInput(np.zeros((576, 64)), np.zeros((8, 64)), 1))) < 100


# The exact lane -----------------------------------------------------------------------------------


def test_exact_inputs_are_small(exact_inputs: list[CoveringInput]) -> None:
    for one in exact_inputs:
        assert 1 <= len(one.visual) <= 9
        assert 1 <= len(one.prompt) <= 4
        assert 1 <= one.visual.shape[1] <= 3


def test_squared_distances_are_exact_in_the_dtype(exact_inputs: list[CoveringInput]) -> None:
    for one in exact_inputs:
        computed = squares(one.visual, np.concatenate([one.visual, one.prompt]))
        assert np.isfinite(computed).all()
        points = [[Fraction(float(x)) for x in row] for row in (*one.visual, *one.prompt)]
        for i, j in np.ndindex(computed.shape):
            true = sum((x - y) ** 2 for x, y in zip(points[i], points[j], strict=True))
            assert Fraction(float(computed[i, j])) == true
            # Nothing below the normal range, where accuracy would end.
            assert true == 0 or true >= float(np.finfo(one.visual.dtype).tiny)


def test_every_input_poses_a_covering_problem(
    exact_inputs: list[CoveringInput], clouds: list[CoveringInput]
) -> None:
    for one in exact_inputs[:100] + clouds[:50]:
        problem = CoveringProblem(one.visual, one.prompt, one.budget)
        apart = squares(one.visual.astype(np.float64), one.prompt.astype(np.float64))
        true = np.sqrt(max(apart.min(1).max(), apart.min(0).max()))
        assert problem.coupling == pytest.approx(true, rel=1e-12, abs=0)


def _outlier(one: CoveringInput) -> bool:
    visual = one.visual.astype(np.float64)
    if len(visual) < 3:
        return False
    second, first = np.sort(np.sort(squares(visual, visual), axis=1)[:, 1])[-2:]
    return bool(first > 50**2 * second > 0)


CASES: dict[str, Callable[[CoveringInput], Any]] = {
    "general position": lambda one: (
        len(one.visual) >= 4 and len(set(between(one))) == len(between(one)) and min(between(one))
    ),
    "duplicates": lambda one: 0 in between(one) and max(between(one)) > 0,
    "all coincident": lambda one: len(one.visual) >= 3 and max(between(one)) == 0,
    "all equidistant": lambda one: len(one.visual) >= 3 and len(set(between(one))) == 1,
    "equally far from the prompt": lambda one: (
        len(one.visual) >= 3
        and len(set(squares(one.visual, one.prompt).ravel())) == 1
        and max(between(one)) > 0
    ),
    "a line with gaps": lambda one: (
        one.visual.shape[1] == 1
        and len(one.visual) >= 4
        and np.ptp(one.visual) >= 100 * min(x for x in (*between(one), 1e9) if x) ** 0.5
    ),
    "a coincident prompt": lambda one: (
        len(one.visual) >= 3
        and {*map(tuple, one.visual)} == {*map(tuple, one.prompt)}
        and max(between(one)) > 0
    ),
    "a far outlier": _outlier,
    "one token": lambda one: len(one.visual) == 1,
    "nine tokens": lambda one: len(one.visual) == 9,
    "K = 1 < N": lambda one: one.budget == 1 < len(one.visual),
    "K = N > 1": lambda one: one.budget == len(one.visual) > 1,
    "1 < K < N - 1": lambda one: 1 < one.budget < len(one.visual) - 1,
    "L = 1": lambda one: len(one.prompt) == 1,
    "L = 4": lambda one: len(one.prompt) == 4,
    "L > K > 1": lambda one: len(one.prompt) > one.budget > 1,
    "one dimension": lambda one: one.visual.shape[1] == 1,
    "two dimensions": lambda one: one.visual.shape[1] == 2,
    "three dimensions": lambda one: one.visual.shape[1] == 3,
    "float32": lambda one: one.visual.dtype == np.float32,
    "read-only": lambda one: not one.visual.flags.writeable and not one.prompt.flags.writeable,
    "Fortran order": lambda one: (
        one.visual.flags.f_contiguous and not one.visual.flags.c_contiguous
    ),
    "strided": lambda one: (
        one.visual.shape > (1, 1)
        and not (one.visual.flags.c_contiguous or one.visual.flags.f_contiguous)
        and min(one.visual.strides) > 0
    ),
    "negative strides": lambda one: max(one.visual.strides) < 0,
    "an offset of 2**26": lambda one: (
        one.visual.dtype == np.float64
        and one.visual.min() > 2**26 - 2**12
        and "offset" in one.origin
    ),
    "an offset of 2**23 in float32": lambda one: (
        one.visual.dtype == np.float32 and 2**23 - 2**12 < one.visual.min() < 2**24
    ),
    "Gram distances that cancel in float32": lambda one: (
        one.visual.dtype == np.float32
        and np.abs(gram_squares(one.visual) - squares(one.visual, one.visual)).max()
        >= squares(one.visual, one.visual).max()
        > 0
    ),
    "a tiny scale": lambda one: 0 < float(np.abs(one.visual).max()) < 2.0**-300,
    "a huge scale": lambda one: float(np.abs(one.visual).max()) > 2.0**390,
    "a tiny scale in float32": lambda one: (
        one.visual.dtype == np.float32 and 0 < np.abs(one.visual).max() < 2.0**-25
    ),
    "a huge scale in float32": lambda one: (
        one.visual.dtype == np.float32 and np.abs(one.visual).max() > 2.0**39
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_exact_lane_reaches(case: str, exact_inputs: list[CoveringInput]) -> None:
    """Every case is among the first 400 examples, most of them many times."""
    assert any(CASES[case](one) for one in exact_inputs)


def test_the_exact_lane_draws_every_kind(exact_inputs: list[CoveringInput]) -> None:
    kinds = Counter(one.origin.split(",")[0] for one in exact_inputs)
    assert set(kinds) == set(EXACT_KINDS)
    assert min(kinds.values()) >= 4


# The cloud lane -----------------------------------------------------------------------------------


def test_clouds_keep_to_their_sizes(clouds: list[CoveringInput]) -> None:
    for one in clouds:
        assert len(one.visual) <= 576
        assert one.visual.shape[1] <= 1024
        assert one.visual.size <= 40960
    assert {one.origin.split(" (")[0] for one in clouds} == set(CLOUD_KINDS)
    assert sum(len(one.visual) > 64 for one in clouds) >= 20
    assert any(len(one.visual) == 576 for one in clouds)
    assert any(one.visual.shape[1] == 1024 for one in clouds)
    assert sum(len(one.prompt) > one.budget for one in clouds) >= 10
    assert sum(len(one.visual) // 4 < one.budget < len(one.visual) for one in clouds) >= 10


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", CLOUD_KINDS)
def test_squared_distances_stay_in_the_range_of_the_dtype(kind: str, dtype: str) -> None:
    """At every placement, and where points are dense and where outliers are far."""
    limits = np.finfo(dtype)
    for dimension, seed in ((1, 0), (2, 1), (64, 2)):
        clouds = cloud_of(kind, seed, 120, 5, dimension)
        for placement in placed([dtype], PLACEMENTS, CLOUD_OFFSETS)[3:]:
            visual, prompt = (placement.of(points).astype(np.float64) for points in clouds)
            apart = squares(visual, np.concatenate([visual, prompt]))
            apart = apart[apart > 0]
            assert visual.shape == (120, dimension)
            assert limits.tiny < apart.min(initial=1.0)
            assert apart.max(initial=0.0) < limits.max / 2**20


def _is_dtype(one: CoveringInput, dtype: Any) -> bool:
    return one.visual.dtype == dtype and one.prompt.dtype == dtype


def test_near_ties_tie_but_for_rounding() -> None:
    visual, prompt = cloud_of("near-ties", 0, 40, 4, 3)
    distances = np.unique(squares(visual, prompt))
    gaps = np.diff(distances) / distances[1:]
    assert 0 < gaps.min() < 1e-13
    assert (gaps < 1e-13).sum() > 20


@pytest.mark.parametrize("dtype", DTYPES)
def test_gram_distances_lose_all_digits_at_the_largest_offset(dtype: str) -> None:
    far = placed([dtype], ["offset"], CLOUD_OFFSETS)[-1]
    for kind in ("tokens", "clusters", "sphere"):
        visual = far.of(cloud_of(kind, 0, 30, 1, 16)[0])
        true = squares(visual, visual)
        assert np.abs(gram_squares(visual) - true).max() > true.max() / 4


def test_repeated_points_of_a_cloud_are_equal() -> None:
    visual, _ = cloud_of("duplicates", 5, 90, 3, 700)
    assert len(np.unique(visual, axis=0)) <= 30


def test_a_cloud_can_be_made_again() -> None:
    for kind in CLOUD_KINDS:
        first, second = (cloud_of(kind, 7, 12, 3, 5) for _ in range(2))
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
        assert not np.array_equal(first[0], cloud_of(kind, 8, 12, 3, 5)[0])


# Shrinking ----------------------------------------------------------------------------------------


def test_the_simplest_input() -> None:
    one = smallest(lambda one: True, lane="exact")
    assert (one.visual.tolist(), one.prompt.tolist()) == ([[0.0]], [[0.0]])
    assert (one.budget, one.seed, one.origin) == (1, 0, "grid, float64")
    assert _is_dtype(one, np.float64)
    assert one.visual.flags.writeable
    assert one.visual.flags.c_contiguous


def test_points_shrink_in_number_dimension_and_size() -> None:
    one = smallest(lambda one: max(between(one), default=0) >= 25, lane="exact")
    assert one.visual.shape == (2, 1)
    assert between(one).tolist() in ([25.0], [36.0])
    assert one.origin == "grid, float64"


def test_budgets_shrink_with_their_points() -> None:
    one = smallest(lambda one: one.budget >= 3, lane="exact")
    assert (len(one.visual), one.budget) == (3, 3)


def _farthest_first_is_bad(one: CoveringInput) -> bool:
    """Farthest-point sampling from token 0 is 1.5 times as bad as the best choice."""
    visual = one.visual.astype(np.float64)
    apart, tokens = squares(visual, visual), range(len(visual))
    kept = [0]
    while len(kept) < one.budget:
        kept.append(int(apart[:, kept].min(1).argmax()))
    best = min(apart[:, few].min(1).max() for few in combinations(tokens, one.budget))
    return bool(apart[:, kept].min(1).max() > 1.5**2 * best)


@pytest.mark.parametrize("kind", ["grid", "line", "duplicates", "outlier"])
def test_a_violated_bound_shrinks_to_few_integers(kind: str) -> None:
    one = smallest(_farthest_first_is_bad, lane="exact", kinds=[kind])
    assert one.visual.shape[1] == 1
    # The outlier takes a centre for itself.
    assert len(one.visual) <= 3 + (kind in ("duplicates", "outlier"))
    assert one.budget <= 1 + (kind == "outlier")
    assert one.visual.tolist() == np.round(one.visual).tolist()


def test_clouds_shrink_to_the_size_that_matters() -> None:
    one = smallest(lambda one: len(one.visual) > 64, lane="clouds")
    assert one.visual.shape == (65, 1)
    assert one.origin == "integers (seed 0), float64"


# Options ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"lane": "exakt"},
        {"lane": "exact", "kinds": ["tokens"]},
        {"kinds": ["no-kind"]},
        {"kinds": []},
        {"kinds": "grid"},
        {"dtypes": ["float16"]},
        {"dtypes": "float32"},
        {"placements": ["far"]},
        {"placements": []},
        {"layouts": ["c"]},
        {"writable": "yes"},
    ],
)
def test_options_that_draw_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidProblem, match=r"covering_inputs.*(Pass|known)"):
        covering_inputs(**options)


@pytest.mark.parametrize("lane", ["exact", "clouds"])
def test_options_narrow_what_is_drawn(lane: str) -> None:
    narrow = covering_inputs(
        lane=lane,
        kinds=["duplicates", "outlier"],
        dtypes=["float32"],
        placements=["plain"],
        layouts=["Fortran"],
        writable=True,
    )
    for one in drawn(narrow, 30):
        assert one.origin.split(" (")[0].split(",")[0] in ("duplicates", "outlier")
        assert one.origin.endswith("float32, Fortran")
        assert _is_dtype(one, np.float32)
        assert one.visual.flags.f_contiguous
        assert one.visual.flags.writeable


def test_kinds_name_their_lane() -> None:
    assert all(len(one.visual) <= 9 for one in drawn(covering_inputs(kinds=["corners"]), 20))
    assert all("tokens" in one.origin for one in drawn(covering_inputs(kinds=["tokens"]), 20))


def test_layouts_hold_the_same_points() -> None:
    one = covering_inputs(lane="exact", kinds=["grid"], placements=["plain"], dtypes=["float64"])
    values = {layout: set[tuple[float, ...]]() for layout in LAYOUTS}
    for drawn_input in drawn(one, 60):
        assert np.abs(drawn_input.visual).max() <= 12
        layout = next((name for name in LAYOUTS[1:] if name in drawn_input.origin), "C")
        values[layout] |= {tuple(row) for row in drawn_input.visual}
    assert all(values.values())


# The schedule -------------------------------------------------------------------------------------


def test_the_first_eight_clouds_have_one_of_everything() -> None:
    first = [scheduled_cloud(number, seed=1) for number in range(8)]
    origins = " | ".join(one.origin for one in first)
    assert sum(len(one.visual) > 64 for one in first) == 6
    assert sum(len(one.visual) == 576 for one in first) == 1
    assert sum(one.visual.shape[1] == 1024 for one in first) == 1
    assert "duplicates" in origins
    assert "near-ties" in origins
    assert f"offset {2**26}" in origins
    assert "scale 2**40" in origins
    assert "scale 2**-400" in origins
    assert sum(_is_dtype(one, np.float32) for one in first) == 2
    assert sum(len(one.prompt) > one.budget for one in first) >= 3
    assert min(one.budget for one in first) == 1
    assert max(one.budget for one in first) == 90
    assert any(len(one.prompt) == 1 for one in first)


def test_the_schedule_is_fixed_bounded_and_goes_round() -> None:
    for number in range(16):
        one, same, later = (
            scheduled_cloud(*which) for which in ((number, 3), (number, 3), (number + 16, 3))
        )
        assert np.array_equal(one.visual, same.visual)
        assert one.origin == same.origin
        assert one.visual.shape == later.visual.shape
        assert not np.array_equal(one.visual, later.visual)
        assert one.visual.size <= 40960
        assert one.visual.flags.c_contiguous
        assert one.visual.flags.writeable
    assert not np.array_equal(scheduled_cloud(0, 0).visual, scheduled_cloud(0, 1).visual)
    kinds = {scheduled_cloud(number, 0).origin.split(" (")[0] for number in range(16)}
    assert kinds == set(CLOUD_KINDS)


@pytest.mark.parametrize("arguments", [(-1, 0), (0, -1), (0.5, 0)])
def test_the_schedule_counts_from_zero(arguments: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidProblem, match="scheduled_cloud"):
        scheduled_cloud(*arguments)


# Types --------------------------------------------------------------------------------------------


@settings(QUIET, max_examples=30)
@given(...)
def test_annotations_are_enough(
    problem: CoveringProblem, selection: Selection, given_input: CoveringInput
) -> None:
    assert 1 <= problem.budget <= problem.visual_count
    assert 1 <= len(selection.indices) <= 9
    assert 1 <= given_input.budget <= len(given_input.visual)


@settings(QUIET, max_examples=60)
@given(st.data())
def test_selections_keep_to_the_budget(data: st.DataObject) -> None:
    problem = data.draw(st.from_type(CoveringProblem))
    selection = data.draw(selections(problem))
    assert 1 <= len(selection.indices) <= problem.budget
    assert selection.indices.max() < problem.visual_count


def test_selections_of_no_problem_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="selections"):
        selections(np.zeros((2, 2)))  # pyright: ignore[reportArgumentType]


def _run(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


DRAW_BOTH = """
from hypothesis import Phase, given, settings

@settings(max_examples=1, database=None, phases=[Phase.generate], deadline=None)
@given(...)
def show(problem: CoveringProblem, selection: Selection):
    print(type(problem).__name__, type(selection).__name__)

show()
"""


@pytest.mark.parametrize("first", ["hypothesis", "mobtheory.covering"])
def test_the_order_of_imports_does_not_matter(first: str) -> None:
    imports = f"import {first}\nfrom mobtheory import CoveringProblem, Selection\n"
    assert _run(imports + DRAW_BOTH) == "CoveringProblem Selection"


def test_hypothesis_stays_light() -> None:
    heavy = ("numpy", "scipy", "sympy", "torch", "mobtheory.strategies", *TYPES)
    code = (
        "import hypothesis, sys; print('mobtheory.hypothesis_plugin' in sys.modules, "
        f"[name for name in {heavy} if name in sys.modules])"
    )
    assert _run(code) == "True []"


def test_the_examples_of_the_page_run() -> None:
    page = Path(__file__).parents[2] / "docs" / "strategies.md"
    failed, run = doctest.testfile(str(page), module_relative=False)
    assert (failed, run >= 10) == (0, True)
