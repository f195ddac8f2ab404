"""The published bounds on token clouds of a model."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.error_bounds import lemma_1_radius, lemma_2_radius
from mobtheory.claims.instances import GreedyRun
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.claims.theorem_2 import alpha_term, beta_term, theorem_2_radius
from mobtheory.covering import CoveringProblem
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import coupling, effective_dimension, normalize_rows

Points = NDArray[np.float64]
REMOVED = (2 / 3, 7 / 9, 8 / 9)  # the paper's rates: 66.7 %, 77.8 %, 88.9 %
BOUNDS = ("lemma-1", "lemma-2", "theorem-2.bound", "theorem-2.no-eta")
SETTINGS = (
    "Algorithm 1 with K_p = K/2 and k = K_p/8, rounded, at least 1. Theorem 2 with d_eff fitted on "
    "the visual tokens and the best constants that certified covering numbers allow from half the "
    "smallest to half the largest distance; the paper's own constants make its right side larger."
)


@dataclass(frozen=True)
class TokenSample:
    """The tokens of one question about one picture, as the pruning layer sees them."""

    visual: Points
    prompt: Points
    kind: str
    family: str


@dataclass(frozen=True)
class PublishedBounds:
    """Right-hand sides divided by C for one sample and budget, and what they compete with.

    ``removed`` is the share of visual tokens that go; ``keeping_nothing`` is h(V -> P), the bound
    for S empty; ``truth`` is d_H(X, X_s).
    """

    space: str
    kind: str
    family: str
    removed: float
    budget: int
    coupling: float
    visual_to_prompt: float
    prompt_to_visual: float
    truth: float
    bounds: dict[str, float]

    @property
    def keeping_nothing(self) -> float:
        return self.visual_to_prompt


def _measure(
    sample: TokenSample, space: str, visual: Points, prompt: Points
) -> list[PublishedBounds]:
    pair = coupling(visual, prompt, normalize=False)
    try:
        exponent = effective_dimension(visual).dimension
    except InvalidProblem:  # all visual tokens alike: no dimension, hence no Theorem 2(a)
        exponent = 1.0
    rows: list[PublishedBounds] = []
    for removed in REMOVED:
        budget = max(2, round(len(visual) * (1 - removed)))
        prompt_budget = max(1, budget // 2)
        fold = max(1, round(prompt_budget / 8))
        run = GreedyRun.of(
            CoveringProblem(visual, prompt, budget),
            prompt_budget,
            fold,
            DistancesToProbes(visual[:1]),
            exponent=max(exponent, 1e-3),
        )
        bounds = {"lemma-1": lemma_1_radius(run), "lemma-2": lemma_2_radius(run)}
        if run.prompt_regularity is not None and run.visual_regularity is not None:
            bounds["theorem-2.bound"] = theorem_2_radius(run)
            bounds["theorem-2.no-eta"] = max(alpha_term(run), beta_term(run))
        rows.append(
            PublishedBounds(
                space=space,
                kind=sample.kind,
                family=sample.family,
                removed=removed,
                budget=budget,
                coupling=pair.hausdorff,
                visual_to_prompt=pair.visual_to_prompt,
                prompt_to_visual=pair.prompt_to_visual,
                truth=run.covering.pruning_distance,
                bounds=bounds,
            )
        )
    return rows


def published_bounds(samples: Iterable[TokenSample]) -> list[PublishedBounds]:
    """Every published right side on raw and on normalised tokens, at the paper's three rates."""
    rows: list[PublishedBounds] = []
    for sample in samples:
        rows += _measure(sample, "raw", sample.visual, sample.prompt)
        unit = normalize_rows(sample.visual), normalize_rows(sample.prompt)
        rows += _measure(sample, "normalised", *unit)
    return rows


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion of independent trials."""
    if trials == 0:
        return 0.0, 1.0
    z, p, n = NormalDist().inv_cdf(0.975), successes / trials, trials
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _summary(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": float(np.median(values)),
        "low": float(np.quantile(values, 0.05)),
        "high": float(np.quantile(values, 0.95)),
    }


def _at_one_rate(rows: Sequence[PublishedBounds]) -> dict[str, Any]:
    """What the bounds are worth at one rate, where every row is another input."""
    bounds: dict[str, Any] = {}
    for name in BOUNDS:
        pairs = [(row.bounds[name], row) for row in rows if name in row.bounds]
        if not pairs:
            continue
        useless = sum(value >= row.keeping_nothing for value, row in pairs)
        bounds[name] = {
            "inputs": len(pairs),
            "right_side": _summary([value for value, _ in pairs]),
            "no_better_than_nothing": useless / len(pairs),
            "no_better_than_nothing_interval": list(wilson(useless, len(pairs))),
        }
    return {
        "removed": rows[0].removed,
        "budgets": sorted({row.budget for row in rows}),
        "pruning_distance": _summary([row.truth for row in rows]),
        "bounds": bounds,
    }


def summarise(rows: Sequence[PublishedBounds]) -> dict[str, Any]:
    """Medians with 5 % and 95 % quantiles, and how often a bound is no better than keeping nothing.

    One entry per space; the bounds are summarised for each rate on its own, because the rows of one
    input at several rates are no independent trials.
    """
    spaces: dict[str, Any] = {}
    for space in dict.fromkeys(row.space for row in rows):
        here = [row for row in rows if row.space == space]
        rates = [[row for row in here if row.removed == r] for r in REMOVED]
        inputs = rates[0]
        spaces[space] = {
            "inputs": len(inputs),
            "coupling": _summary([row.coupling for row in inputs]),
            "visual_to_prompt": _summary([row.visual_to_prompt for row in inputs]),
            "prompt_to_visual": _summary([row.prompt_to_visual for row in inputs]),
            "rates": [_at_one_rate(at_rate) for at_rate in rates],
        }
    return spaces
