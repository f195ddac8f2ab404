"""Solved token files for the tests."""

import tempfile
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mobtheory import CoveringProblem, Selection, evaluate_selection
from mobtheory.experiments import solve_tokens
from mobtheory.experiments.plain import radii_data, selection_data

BUDGET = 6


def tokens(count: int = 40, prompts: int = 5, seed: int = 0) -> tuple[Any, Any]:
    """Clusters with a gap between the modalities."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(8, 6))
    visual = centers[rng.integers(0, 8, count)] + 0.3 * rng.normal(size=(count, 6))
    prompt = centers[rng.integers(0, 8, prompts)] + 0.5 * rng.normal(size=(prompts, 6)) + 0.4
    return visual.astype(np.float32), prompt.astype(np.float32)


def save_tokens(folder: Path, *, prompt: bool = True, **options: int) -> Path:
    """Save `tokens` as a file and return its path."""
    visual, words = tokens(**options)
    path = folder / "tokens.npz"
    np.savez(path, visual=visual, **({"prompt": words} if prompt else {}))
    return path


@cache
def _solved(objective: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = save_tokens(Path(folder))
        return solve_tokens(path, BUDGET, objective=objective).to_dict()


def solution_document(objective: str = "radius", **changes: Any) -> dict[str, Any]:
    """A solution as plain data, a fresh copy, with some of its entries changed."""
    document = deepcopy(_solved(objective))
    document["solution"].update(changes)
    return document


def open_bracket(lower: float = 0.5, status: str = "time-limit") -> dict[str, Any]:
    """A solution that the time limit left with a bracket from `lower` times its upper end."""
    document = solution_document()
    upper = document["solution"]["upper"]
    document["solution"].update(lower=lower * upper, gap=1 - lower, status=status)
    return document


def front_document(status: str = "time-limit", factor: float | str = 1.25) -> dict[str, Any]:
    """A front of three points made by hand, the middle one unproven."""
    document = solution_document()
    visual, prompt = tokens()
    problem = CoveringProblem(visual, prompt, BUDGET, normalize=True)
    found = [evaluate_selection(problem, Selection(range(k), range(k, BUDGET))) for k in (1, 2, 3)]
    points = [
        {
            "lower": value,
            "upper": value,
            "status": "optimal",
            "split": [len(one.selection.prompt_centers), len(one.selection.visual_centers)],
            "visual_alone": value,
            "prompt_alone": at,
            "certificates": {"visual": "packing", "prompt": "dual", "joint": None},
            "solver": None,
            "radii": {**radii_data(one), "prompt_radius": at, "visual_radius": value},
            "selection": selection_data(one.selection),
        }
        for one, at, value in zip(reversed(found), (0.5, 0.7, 0.9), (1.2, 0.8, 0.6), strict=True)
    ]
    points[1].update(lower=0.65, status="time-limit", visual_alone=0.65)
    document["options"].update(objective=None, frontier=True)
    document["solution"] = None
    document["front"] = {"status": status, "factor": factor, "notes": [], "points": points}
    return document
