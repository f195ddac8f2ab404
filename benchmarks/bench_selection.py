"""Farthest-point sampling of unit vectors beside fpsample's exact mode and naive NumPy."""

import numpy as np
import pytest

import mobtheory as mob
from benchmarks.greedy_rule import check_greedy
from benchmarks.instances.clouds import uniform
from benchmarks.measuring import at_least
from benchmarks.peers.sampling import exact_fpsample, naive_numpy

GROUP = "selection"
FPSAMPLE, NAIVE = "fpsample, exact mode", "naive NumPy"
SIZES = [
    (576, 64, 64),
    (576, 1024, 64),
    (576, 1024, 320),
    (576, 4096, 64),
    (576, 4096, 320),
    (2880, 64, 320),
    (2880, 1024, 64),
    (2880, 1024, 320),
    (2880, 4096, 64),
    (2880, 4096, 320),
]


@pytest.mark.parametrize(("count", "width", "k"), SIZES)
def test_farthest_point_sampling(bench, quick, count, width, k):
    if quick and count > 576:
        pytest.skip("too long for a smoke run")
    points = uniform(count, width).astype(np.float32)
    small = count * width * k <= 576 * 4096 * 64
    picks = bench.run(
        lambda: mob.farthest_point_sampling(points, k),
        peers={FPSAMPLE: exact_fpsample(points, k), NAIVE: naive_numpy(points, k)},
        rounds=3 if quick else 15 if small else 5,
        primed=True,
    )
    assert len(picks) == k
    check_greedy(points, picks)
    for name in (FPSAMPLE, NAIVE):
        check_greedy(points, bench.answers[name].astype(np.int64))
    same = [name for name in (FPSAMPLE, NAIVE) if np.array_equal(picks, bench.answers[name])]
    targets = ()
    if (count, width, k) == (576, 1024, 64):
        ratio = bench.ratio(FPSAMPLE).median
        targets = (at_least("15 times faster than fpsample", ratio, 15),)
    bench.record(
        f"N={count}, d={width}, K={k}",
        "same picks as both" if len(same) == 2 else "greedy within rounding",
        targets=targets,
        same_picks=same,
    )
