"""How the time of Algorithm 1 grows, against the claimed O(N (L + K) d)."""

from time import perf_counter

import numpy as np
import pytest
from scipy.stats import linregress

import mobtheory as mob
from benchmarks.instances.clouds import uniform
from benchmarks.measuring import Target

GROUP = "scaling"
# For each size that grows: its values and the sizes that stay. The small ends are left out where
# the time of a call is that of Python, not of arithmetic.
SWEEPS = {
    "N": ([288, 576, 1152, 2304, 4608, 9216], {"L": 40, "K": 64, "d": 1024}),
    "L": ([64, 128, 256, 512, 1024, 2048], {"N": 2304, "K": 16, "d": 1024}),
    "K": ([16, 32, 64, 128, 256, 512], {"N": 2304, "L": 8, "d": 1024}),
    "d": ([1024, 2048, 4096, 8192, 16384], {"N": 1152, "L": 40, "K": 64}),
}


def seconds(sizes, rounds):
    """The least time of a selection, normalisation included; noise only ever adds."""
    visual = uniform(sizes["N"], sizes["d"]).astype(np.float32)
    prompt = uniform(sizes["L"], sizes["d"], seed=1).astype(np.float32)
    times = []
    for _ in range(rounds + 1):
        start = perf_counter()
        problem = mob.CoveringProblem(visual, prompt, sizes["K"], normalize=True)
        selection = mob.mob_select(problem, prompt_budget=sizes["K"] // 4, fold=4)
        times.append(perf_counter() - start)
    assert len(selection.prompt_centers) + len(selection.visual_centers) == sizes["K"]
    return min(times[1:])


@pytest.mark.parametrize("varied", SWEEPS)
def test_exponent(bench, quick, varied):
    values, fixed = SWEEPS[varied]
    values = values[:3] if quick else values
    sizes = [{**fixed, varied: value} for value in values]
    claimed = [s["N"] * (s["L"] + s["K"]) * s["d"] for s in sizes]
    times = bench.run(lambda: [seconds(s, 2 if quick else 7) for s in sizes])

    fit = linregress(np.log(values), np.log(times))
    # The same line through the claimed count: below 1 where L or K only starts to lead.
    expected = linregress(np.log(values), np.log(claimed)).slope
    others = ", ".join(f"{name}={value}" for name, value in fixed.items())
    bench.record(
        f"{varied} from {values[0]} to {values[-1]}; {others}",
        f"time grows as {varied}^({fit.slope:.2f} ± {fit.stderr:.2f})",
        targets=(
            Target(
                f"claimed {varied}^{expected:.2f}, within two standard errors",
                f"{fit.slope:.2f}",
                bool(fit.slope - 2 * fit.stderr <= expected),
            ),
        ),
        timed=False,
        values=values,
        seconds=times,
        exponent=float(fit.slope),
        standard_error=float(fit.stderr),
        claimed_exponent=float(expected),
    )
