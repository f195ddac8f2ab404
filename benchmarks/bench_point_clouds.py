"""Point clouds in three dimensions: too many points for any distance matrix."""

import numpy as np
import pytest

import mobtheory as mob
from benchmarks.greedy_rule import check_greedy
from benchmarks.peers.sampling import exact_fpsample, tree_fpsample

GROUP = "point clouds"
FPSAMPLE, TREE = "fpsample, exact mode", "fpsample, tree"


@pytest.mark.parametrize(("count", "k"), [(100_000, 1024), (1_000_000, 256)])
def test_farthest_point_sampling(bench, quick, count, k):
    k = 16 if quick else k
    # In a cube of diagonal 1: norms up to 1, as the check of the picks wants.
    points = (np.random.default_rng(0).random((count, 3)) / np.sqrt(3)).astype(np.float32)
    picks = bench.run(
        lambda: mob.farthest_point_sampling(points, k),
        peers={FPSAMPLE: exact_fpsample(points, k), TREE: tree_fpsample(points, k)},
        rounds=1 if quick else 3,
        primed=not quick,
    )
    assert len(picks) == k
    check_greedy(points, picks)
    for name in (FPSAMPLE, TREE):
        check_greedy(points, bench.answers[name].astype(np.int64))
    bench.record(f"10^{round(np.log10(count))} points, d=3, K={k}", "greedy within rounding")
