"""The peak memory of one solve in a process of its own, native memory of the solver included.

``python -m benchmarks.peak_memory k_center DISTANCES.npy K LIMIT`` or
``python -m benchmarks.peak_memory solve_exact TOKENS.npz K LIMIT``; Linux only.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

import mobtheory as mob
from benchmarks.instances.clouds import clustered
from benchmarks.instances.prompts import prompts_near


def resident(name: str) -> int:
    """Bytes of the line VmRSS (now) or VmHWM (most so far) of this process.

    Not getrusage: its peak is inherited from the process that started this one.
    """
    text = Path("/proc/self/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", text)
    assert found
    return 1024 * int(found[1])


def main(task: str, path: str, k: int, limit: float) -> None:
    """Measure, and print the bytes and the outcome as JSON."""
    visual = clustered(40, 8)
    small = mob.CoveringProblem(visual, prompts_near(visual, 4), 6)
    mob.k_center(small.visual_visual, 6)  # loads what a solve loads
    mob.solve_exact(small)
    if task == "k_center":
        before = resident("VmRSS")
        distances = np.load(path)  # the matrix itself counts
        result = mob.k_center(distances, k, time_limit=limit)
        count = len(distances)
    else:
        with np.load(path) as tokens:
            visual, prompt = tokens["visual"], tokens["prompt"]
        before = resident("VmRSS")
        problem = mob.CoveringProblem(visual, prompt, k)
        result = mob.solve_exact(problem, time_limit=limit)
        count = len(visual)
    peak = resident("VmHWM") - before
    answer = {"peak": peak, "matrix": 8 * count**2, "status": result.status}
    print(json.dumps({**answer, "lower": float(result.lower), "upper": float(result.upper)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
