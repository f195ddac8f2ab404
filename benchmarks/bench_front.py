"""The front of prompt radius against visual radius over the splits of a budget."""

from itertools import pairwise

import pytest

import mobtheory as mob
from benchmarks.instances.clouds import CLOUDS
from benchmarks.instances.prompts import prompts_near
from benchmarks.measuring import Target

GROUP = "front"
LIMIT = 60.0
SWEEP = "K=68, K_v = 4, 8, ..., 64, L=64"
ALL = "K=64, every split, L=16"


def check_front(problem, front):
    """Points are what their selections give, in order, and none is beaten by another."""
    assert len(front) > 0
    for point in front:
        covering = mob.evaluate_selection(problem, point.selection)
        assert covering.prompt_radius == point.prompt_radius
        assert covering.visual_radius == point.visual_radius
        assert point.lower <= point.upper == point.visual_radius
        assert front.status != "optimal" or point.lower == point.upper
    for earlier, later in pairwise(front):
        assert earlier.prompt_radius < later.prompt_radius
        assert earlier.visual_radius > later.visual_radius


@pytest.mark.usefixtures("warm_solver")
@pytest.mark.parametrize("splits", [SWEEP, ALL])
@pytest.mark.parametrize("kind", ["token-like", "clustered"])
def test_front(bench, quick, kind, splits):
    visual = CLOUDS[kind](576)
    if splits == SWEEP:
        prompt, budget, prompt_budgets = prompts_near(visual, 64), 68, range(4, 65, 4)
    else:
        prompt, budget, prompt_budgets = prompts_near(visual, 16), 64, None
    limit = 5.0 if quick else LIMIT
    approximate = "our greedy front"

    def front(method):
        problem = mob.CoveringProblem(visual, prompt, budget)
        return mob.pareto_front(
            problem, method=method, prompt_budgets=prompt_budgets, time_limit=limit
        )

    exact = bench.run(
        lambda: front("exact"),
        peers={approximate: lambda: front("greedy")},
        rounds=1,
    )
    greedy = bench.answers[approximate]
    problem = mob.CoveringProblem(visual, prompt, budget)
    check_front(problem, exact)
    check_front(problem, greedy)
    if exact.status == "optimal":
        check_dominated(greedy, exact)
    open_points = sum(point.status != "optimal" for point in exact)
    widest = max((point.upper - point.lower) / point.upper for point in exact)
    proven = exact.status == "optimal"
    result = f"{len(exact)} points, " + (
        "all proven"
        if proven
        else f"{open_points} left as brackets, widest gap {100 * widest:.2g} %"
    )
    targets = ()
    if splits == SWEEP and kind == "token-like":
        measured = f"{bench.seconds:.1f} s" if proven else "not proven"
        targets = (Target("proven within 12 s", measured, proven and bench.seconds <= 12),)
    elif splits == SWEEP:
        # What the limit leaves must be bracketed and the limit kept, give or take one last step.
        measured = f"{bench.seconds:.1f} s"
        targets = (Target("brackets after 60 s", measured, bench.seconds <= 1.05 * LIMIT),)
    bench.record(
        f"{kind}, N=576, {splits}",
        f"{result}; greedy front within a factor {greedy.factor:.3f}",
        targets=targets,
        radii=[[point.prompt_radius, point.visual_radius] for point in exact],
        lowers=[point.lower for point in exact],
        greedy_factor=float(greedy.factor),
        status=exact.status,
    )


def check_dominated(greedy, exact):
    """Each exact point is dominated by a greedy one after the certified factor."""
    # One rounding of the division that made the factor, one of the product that undoes it.
    factor = greedy.factor * (1 + 2**-51)
    for point in exact:
        assert any(
            found.prompt_radius <= factor * point.prompt_radius
            and found.visual_radius <= factor * point.visual_radius
            for found in greedy
        )
