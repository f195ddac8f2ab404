"""Peak memory of the exact solvers as a multiple of the distance matrix."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from benchmarks.instances.clouds import token_like
from benchmarks.instances.prompts import prompts_near
from benchmarks.measuring import at_most

GROUP = "memory"
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize(("count", "k"), [(576, 64), (2880, 320)])
@pytest.mark.parametrize("task", ["k_center", "solve_exact"])
def test_peak_memory(bench, quick, tmp_path, task, count, k):
    if quick and count > 576:
        pytest.skip("too long for a smoke run")
    visual = token_like(count)
    path = tmp_path / ("distances.npy" if task == "k_center" else "tokens.npz")
    if task == "k_center":
        np.save(path, squareform(pdist(visual)))
    else:
        np.savez(path, visual=visual, prompt=prompts_near(visual, 32))
    limit = 5 if quick else 60
    command = [sys.executable, "-m", "benchmarks.peak_memory", task, path, str(k), str(limit)]

    def measure():
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        return json.loads(done.stdout)

    answer = bench.run(measure)
    assert answer["lower"] <= answer["upper"]
    multiple = answer["peak"] / answer["matrix"]
    bench.record(
        f"{task}, token-like, N={count}, K={k}",
        f"{multiple:.2f} times the {answer['matrix'] / 2**20:.1f} MiB of the matrix",
        targets=(at_most("at most 3 times the matrix", multiple, 3, "{:.2f}"),),
        timed=False,
        **answer,
    )
