"""`mob_select` beside the parts of Algorithm 1 that no implementation can leave out."""

from time import perf_counter

import numpy as np

import mobtheory as mob
from benchmarks.greedy_rule import check_greedy
from benchmarks.instances.clouds import token_like
from benchmarks.instances.prompts import prompts_near
from benchmarks.measuring import Figure, at_most

GROUP = "mob_select"
COUNT, PROMPTS, WIDTH, BUDGET, PROMPT_BUDGET, FOLD = 576, 40, 4096, 64, 24, 4
PARTS = "its unavoidable parts"


def normalised(points):
    """The points at length 1; of six ways with NumPy the quickest, so that none flatters us."""
    return points / np.sqrt(np.vecdot(points, points))[:, None]


def seconds_of(function, rounds):
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return Figure(tuple(times)).median


def test_mob_select(bench, quick):
    # Not of length 1, so that normalising is work.
    visual = (3 * token_like(COUNT, WIDTH)).astype(np.float32)
    prompt = (2 * prompts_near(token_like(COUNT, WIDTH), PROMPTS)).astype(np.float32)
    unit_visual, unit_prompt = normalised(visual), normalised(prompt)
    rounds = 3 if quick else 15

    def passes():
        for row in range(BUDGET):
            unit_visual @ unit_visual[row]

    parts = {
        "normalisation": lambda: (normalised(visual), normalised(prompt)),
        "L x N similarities": lambda: unit_prompt @ unit_visual.T,
        "K passes over V": passes,
        "one Gram product": lambda: unit_visual @ unit_visual.T,
    }
    alone = {name: seconds_of(part, rounds) for name, part in parts.items()}
    cheaper = min("K passes over V", "one Gram product", key=alone.__getitem__)

    def unavoidable():
        for name in ("normalisation", "L x N similarities", cheaper):
            parts[name]()

    def select():
        problem = mob.CoveringProblem(visual, prompt, BUDGET, normalize=True)
        return mob.mob_select(problem, prompt_budget=PROMPT_BUDGET, fold=FOLD)

    selection = bench.run(select, peers={PARTS: unavoidable}, rounds=rounds, primed=True)
    assert len(selection.prompt_centers) == PROMPT_BUDGET
    assert len(selection.visual_centers) == BUDGET - PROMPT_BUDGET
    check_greedy(unit_visual, selection.visual_centers, seeds=selection.prompt_centers)
    times = 1 / bench.ratio(PARTS).median
    bench.record(
        f"N={COUNT}, L={PROMPTS}, d={WIDTH}, K={BUDGET}",
        f"{times:.2f} times {PARTS} (the third: {cheaper})",
        targets=(at_most(f"at most 1.3 times {PARTS}", times, 1.3),),
        parts={name: alone[name] for name in parts},
        dtype="float32",
    )
