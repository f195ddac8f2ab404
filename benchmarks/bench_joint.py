"""One radius for prompt and picture: the joint problem, distances included in the timing."""

import pytest

import mobtheory as mob
from benchmarks.instances.clouds import CLOUDS
from benchmarks.instances.prompts import prompts_near
from benchmarks.measuring import Target
from benchmarks.showing import checked_bracket

GROUP = "joint"


@pytest.mark.usefixtures("warm_solver")
@pytest.mark.parametrize("kind", ["token-like", "clustered"])
@pytest.mark.parametrize("gap", [0.0, 0.6])
@pytest.mark.parametrize("budget", [64, 128])
def test_joint_problem(bench, quick, kind, gap, budget):
    visual = CLOUDS[kind](576)
    prompt = prompts_near(visual, 32, gap=gap)
    limit = 5.0 if quick else 60.0

    def solve():
        # A new problem each time, so that each round measures the distances too.
        return mob.solve_exact(mob.CoveringProblem(visual, prompt, budget), time_limit=limit)

    result = bench.run(solve, rounds=1 if quick else 3)
    problem = mob.CoveringProblem(visual, prompt, budget)
    assert mob.evaluate_selection(problem, result.selection).radius == result.upper
    said = checked_bracket(problem, result)
    floor = problem.prompt_to_visual
    assert floor <= result.upper
    proven = result.status == "optimal"
    bench.record(
        f"{kind}, gap {gap:g}, N=576, L=32, K={budget}",
        said + ("; the prompt's floor" if floor == result.upper else ""),
        targets=(
            Target(
                "optimal within 4 s",
                f"{bench.seconds:.2f} s" if proven else "not proven",
                proven and bench.seconds <= 4,
            ),
        ),
        lower=result.lower,
        upper=result.upper,
        status=result.status,
        certificate=result.certificate.kind,
    )
