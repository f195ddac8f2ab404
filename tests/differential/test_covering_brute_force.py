"""Greedy rules and the exact solver against all subsets, in whole numbers."""

from itertools import combinations
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.covering import (
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_point_sampling,
    farthest_points,
    nearest_neighbour_cover,
    repaired_truncation,
    solve_exact,
    verify_lower_bound,
)

pytestmark = pytest.mark.differential


# Distances in whole numbers: Euclidean ones are kept squared, which keeps their order.
def whole_distances(a, b, metric):
    gaps = [[[abs(s - t) for s, t in zip(x, y, strict=True)] for y in b] for x in a]
    measure = {
        "euclidean": lambda gap: sum(g * g for g in gap),
        "manhattan": sum,
        "chebyshev": max,
    }[metric]
    return [[measure(gap) for gap in row] for row in gaps]


def as_float(whole, metric):
    return sqrt(whole) if metric == "euclidean" else float(whole)


def reach(distances, sources, targets):
    """h(sources -> targets)."""
    if not sources:
        return 0
    return max(min((distances[s][t] for t in targets), default=inf) for s in sources)


def transposed(distances):
    return [list(column) for column in zip(*distances, strict=True)]


def subsets(items, largest):
    for size in range(largest + 1):
        yield from combinations(items, size)


def objectives(vv, vp, prompt, visual):
    tokens, prompts = range(len(vp)), range(len(vp[0]))
    prompt_radius = max(
        reach(transposed(vp), prompts, prompt), reach(vp, prompt, prompts), key=float
    )
    union = reach(vv, tokens, [*prompt, *visual])
    return {
        "radius": max(prompt_radius, reach(vv, tokens, visual)),
        "union": max(prompt_radius, union),
        "k-center": union,
    }


def brute_force(vv, vp, objective, budget, prompt_budget):
    best = inf
    tokens = range(len(vp))
    for prompt in subsets(tokens, budget if prompt_budget is None else prompt_budget):
        limit = budget - (len(prompt) if prompt_budget is None else prompt_budget)
        for visual in subsets([t for t in tokens if t not in prompt], limit):
            best = min(best, objectives(vv, vp, prompt, visual)[objective])
    return best


def grid_points(dimension, smallest, largest, side=6):
    point = st.tuples(*[st.integers(0, side)] * dimension)
    return st.lists(point, min_size=smallest, max_size=largest)


@st.composite
def grid_problems(draw, most_visual=7, most_prompt=3, metrics=("euclidean", "manhattan")):
    dimension = draw(st.integers(1, 2))
    visual = draw(grid_points(dimension, 2, most_visual))
    prompt = draw(grid_points(dimension, 1, most_prompt, side=9))
    metric = draw(st.sampled_from(metrics))
    budget = draw(st.integers(2, len(visual)))
    return visual, prompt, budget, metric


def selections(draw, count, budget):
    order = draw(st.permutations(range(count)))
    kept = draw(st.integers(0, budget))
    split = draw(st.integers(0, kept))
    return order[:split], order[split:kept]


@settings(max_examples=80, deadline=None)
@given(grid_problems(most_visual=6), st.sampled_from(["radius", "union", "k-center"]), st.data())
def test_the_exact_solver_agrees_with_enumeration(instance, objective, data):
    visual, prompt, budget, metric = instance
    prompt_budget = None
    if objective != "k-center":
        highest = budget - 1 if objective == "radius" else budget
        prompt_budget = data.draw(st.none() | st.integers(1, highest))
    vv, vp = whole_distances(visual, visual, metric), whole_distances(visual, prompt, metric)
    problem = CoveringProblem(visual, prompt, budget, metric=metric)
    result = solve_exact(problem, objective=objective, prompt_budget=prompt_budget)

    optimum = as_float(brute_force(vv, vp, objective, budget, prompt_budget), metric)
    assert problem.exact_order
    assert result.status == "optimal"
    assert result.lower == result.upper == optimum
    assert verify_lower_bound(problem, result).confirmed

    prompt_half, visual_half = (
        half.tolist() for half in (result.selection.prompt_centers, result.selection.visual_centers)
    )
    achieved = objectives(vv, vp, prompt_half, visual_half)[objective]
    assert as_float(achieved, metric) == optimum
    assert len(prompt_half) + len(visual_half) <= budget
    if prompt_budget is None:
        assert len(prompt_half) + len(visual_half) == budget
    else:
        assert len(prompt_half) <= prompt_budget
        assert len(visual_half) <= budget - prompt_budget


@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
@pytest.mark.parametrize("seed", range(4))
def test_the_exact_solver_agrees_with_enumeration_at_seven_tokens(objective, seed):
    rng = np.random.default_rng(seed)
    visual, prompt = rng.integers(0, 20, (7, 2)).tolist(), rng.integers(0, 25, (3, 2)).tolist()
    vv = whole_distances(visual, visual, "euclidean")
    vp = whole_distances(visual, prompt, "euclidean")
    for budget in (2, 3, 5, 7):
        result = solve_exact(CoveringProblem(visual, prompt, budget), objective=objective)
        assert result.upper == sqrt(brute_force(vv, vp, objective, budget, None))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 5), st.integers(1, 3), st.booleans())
def test_the_exact_solver_needs_no_triangle_inequality(data, tokens, prompts, split):
    entries = st.integers(0, 5)
    vp = [[data.draw(entries) for _ in range(prompts)] for _ in range(tokens)]
    vv = [[0] * tokens for _ in range(tokens)]
    for i, j in combinations(range(tokens), 2):
        vv[i][j] = vv[j][i] = data.draw(entries)
    budget = data.draw(st.integers(2, tokens))
    prompt_budget = data.draw(st.integers(1, budget - 1)) if split else None
    problem = CoveringProblem.from_distances(vv, vp, budget)
    for objective in ("radius", "union"):
        result = solve_exact(problem, objective=objective, prompt_budget=prompt_budget)
        assert result.status == "optimal"
        assert result.upper == brute_force(vv, vp, objective, budget, prompt_budget)


@pytest.mark.parametrize("seed", range(60))
def test_the_exact_solver_covers_many_prompt_tokens_by_as_few_centers_as_possible(seed):
    # Zero-one distances are set covers in disguise, where taking the largest set first fails.
    rng = np.random.default_rng(seed)
    vp = (rng.random((7, 6)) > 0.4).astype(int).tolist()
    vv = np.triu((rng.random((7, 7)) > 0.5).astype(int), 1)
    vv = (vv + vv.T).tolist()
    for budget in (3, 4):
        result = solve_exact(CoveringProblem.from_distances(vv, vp, budget))
        assert result.upper == brute_force(vv, vp, "radius", budget, None)


@settings(max_examples=120, deadline=None)
@given(grid_problems(most_prompt=4, metrics=("euclidean", "manhattan", "chebyshev")), st.data())
def test_evaluation_agrees_with_the_definitions(instance, data):
    visual, prompt, budget, metric = instance
    prompt_half, visual_half = selections(data.draw, len(visual), budget)
    covering = evaluate_selection(
        CoveringProblem(visual, prompt, budget, metric=metric),
        Selection(prompt_half, visual_half),
    )
    every, kept = visual + prompt, [*prompt_half, *visual_half]
    tokens, prompts = range(len(visual)), range(len(prompt))
    vv, vp = whole_distances(visual, visual, metric), whole_distances(visual, prompt, metric)
    all_pairs = whole_distances(every, every, metric)
    pruned = [*kept, *range(len(visual), len(every))]
    expected = {
        "prompt_to_selected": reach(transposed(vp), prompts, prompt_half),
        "selected_to_prompt": reach(vp, prompt_half, prompts),
        "visual_radius": reach(vv, tokens, visual_half),
        "visual_to_centers": reach(vv, tokens, visual_half),
        "union_radius": reach(vv, tokens, kept),
        "pruning_distance": max(
            reach(all_pairs, range(len(every)), pruned), reach(all_pairs, pruned, range(len(every)))
        ),
    }
    for name, whole in expected.items():
        assert getattr(covering, name) == as_float(whole, metric), name
    assert covering.prompt_radius == max(covering.prompt_to_selected, covering.selected_to_prompt)
    assert covering.radius == max(covering.prompt_radius, covering.visual_radius)


def best_with_points(distances, seeds, k):
    points = range(len(distances))
    return min(reach(distances, points, [*seeds, *more]) for more in combinations(points, k))


def best_on_a_line_doubled(points, seeds, k):
    """Twice OPT(k | seeds) with centres anywhere on the line."""

    def enough(doubled):
        far = sorted(x for x in points if all(2 * abs(x - z) > doubled for z in seeds))
        centers = 0
        while far:
            centers += 1
            far = [x for x in far if x - far[0] > doubled]
        return centers <= k

    radii = {abs(x - y) for x in points for y in points}
    radii |= {2 * abs(x - z) for x in points for z in seeds}
    return min(doubled for doubled in radii | {0} if enough(doubled))


@settings(max_examples=150, deadline=None)
@given(
    grid_points(2, 1, 7),
    grid_points(2, 0, 2, side=9),
    st.sampled_from(["euclidean", "manhattan", "chebyshev"]),
    st.data(),
)
def test_each_farthest_point_is_the_lowest_of_the_farthest(points, external, metric, data):
    distances = whole_distances(points, points, metric)
    seeds = data.draw(st.lists(st.integers(0, len(points) - 1), unique=True, max_size=len(points)))
    k = data.draw(st.integers(0, len(points) - len(seeds)))
    arguments = {"external_seeds": np.asarray(external)} if external else {}
    picks = farthest_point_sampling(
        np.asarray(points), k, seeds=seeds, metric=metric, **arguments
    ).tolist()

    nearest = [min(row, default=inf) for row in whole_distances(points, external, metric)] or [
        inf
    ] * len(points)
    taken = list(seeds)
    for pick in picks:
        free = [row for row in range(len(points)) if row not in taken]
        to_taken = {row: min([nearest[row], *(distances[row][t] for t in taken)]) for row in free}
        assert pick == min(free, key=lambda row: (-to_taken[row], row))
        taken.append(pick)
    assert len(picks) == k
    assert len(set(taken)) == len(taken)


@settings(max_examples=150, deadline=None)
@given(grid_points(2, 2, 7), st.sampled_from(["manhattan", "chebyshev"]), st.data())
def test_seeded_sampling_is_within_twice_the_best_centers_among_the_points(points, metric, data):
    distances = whole_distances(points, points, metric)
    k = data.draw(st.integers(1, len(points) - 1))
    seeds = data.draw(
        st.lists(st.integers(0, len(points) - 1), unique=True, max_size=len(points) - k)
    )
    picks = farthest_point_sampling(np.asarray(points), k, seeds=seeds, metric=metric).tolist()
    achieved = reach(distances, range(len(points)), [*seeds, *picks])
    assert achieved <= 2 * best_with_points(distances, seeds, k)
    assert farthest_points(np.asarray(distances), k, seeds=seeds).tolist() == picks


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=9),
    st.lists(st.integers(-5, 35), max_size=2),
    st.data(),
)
def test_seeded_sampling_is_within_twice_the_best_centers_anywhere(line, external, data):
    k = data.draw(st.integers(1, len(line)))
    points = np.asarray(line)[:, None]
    arguments = {"external_seeds": np.asarray(external)[:, None]} if external else {}
    picks = farthest_point_sampling(points, k, **arguments).tolist()
    sites = [*external, *(line[pick] for pick in picks)]
    achieved = max(min(abs(x - site) for site in sites) for x in line)
    assert achieved <= best_on_a_line_doubled(line, external, k)


def test_the_factor_two_is_reached():
    picks = farthest_point_sampling([[-1], [1]], 1)
    assert max(abs(x - [-1, 1][int(picks[0])]) for x in (-1, 1)) == 2
    assert best_on_a_line_doubled([-1, 1], [], 1) == 2


@settings(max_examples=120, deadline=None)
@given(grid_problems(metrics=("euclidean", "manhattan", "chebyshev")))
def test_the_nearest_neighbour_cover_is_the_best_of_all_subsets(instance):
    visual, prompt, budget, metric = instance
    problem = CoveringProblem(visual, prompt, budget, metric=metric)
    cover = nearest_neighbour_cover(problem).tolist()
    vp = whole_distances(visual, prompt, metric)
    tokens, prompts = range(len(visual)), range(len(prompt))

    def two_sided(chosen):
        return max(reach(transposed(vp), prompts, chosen), reach(vp, chosen, prompts))

    assert 1 <= len(cover) <= len(prompt)
    best = min(two_sided(s) for s in subsets(tokens, len(visual)) if s)
    assert two_sided(cover) == best == reach(transposed(vp), prompts, tokens)
    assert problem.prompt_to_visual == as_float(best, metric)
    nearest = [min(tokens, key=lambda v: (vp[v][p], v)) for p in prompts]
    assert cover == list(dict.fromkeys(nearest))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=8),
    st.lists(st.integers(-10, 40), min_size=1, max_size=8),
    st.data(),
)
def test_the_repaired_truncation_keeps_its_bound_on_a_line(line, prompt, data):
    k = data.draw(st.integers(1, len(line)))
    visual, tokens = [(x,) for x in line], [(x,) for x in prompt]
    problem = CoveringProblem(visual, tokens, len(line))
    chosen = repaired_truncation(problem, prompt_budget=k).tolist()
    vp = whole_distances(visual, tokens, "manhattan")
    floor = reach(transposed(vp), range(len(prompt)), range(len(line)))
    achieved = max(
        reach(transposed(vp), range(len(prompt)), chosen), reach(vp, chosen, range(len(prompt)))
    )
    assert 1 <= len(set(chosen)) == len(chosen) <= min(k, len(prompt))
    assert achieved <= floor + best_on_a_line_doubled(prompt, [], k)
    if k >= len(prompt):
        assert achieved == floor


@settings(max_examples=100, deadline=None)
@given(grid_problems(most_prompt=6, metrics=("manhattan", "chebyshev")), st.data())
def test_the_repaired_truncation_keeps_its_bound_in_the_plane(instance, data):
    visual, prompt, budget, metric = instance
    k = data.draw(st.integers(1, budget))
    problem = CoveringProblem(visual, prompt, budget, metric=metric)
    chosen = repaired_truncation(problem, prompt_budget=k).tolist()
    vp, pp = whole_distances(visual, prompt, metric), whole_distances(prompt, prompt, metric)
    prompts, tokens = range(len(prompt)), range(len(visual))
    achieved = max(reach(transposed(vp), prompts, chosen), reach(vp, chosen, prompts))
    best = best_with_points(pp, [], min(k, len(prompt)))
    assert achieved <= reach(transposed(vp), prompts, tokens) + 2 * best


def test_square_roots_stay_in_order_at_the_edge_of_the_exact_grid():
    step, far = 2.0**-10, 2.0**15 - 1
    problem = CoveringProblem([[0, 0], [far, 0], [far, step]], [[0, 0]], 1)
    assert problem.exact_order
    distances = problem.visual_prompt[:, 0]
    assert distances[1] < distances[2]
