"""The tail of the prompt's attention, and the split of the budget that it predicts."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import TailFit, budget_split, fit_tail
from mobtheory.covering.farthest_point import farthest_points
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.layers.answering_row import AnsweringRow
from mobtheory.experiments.layers.covering_slope import CoveringSlope
from mobtheory.experiments.layers.space import Integers, Space

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Tail:
    """The law tail(k) <= c k^-gamma of the attention outside the k heaviest visual tokens.

    Attributes
    ----------
    law : the fitted power law
    error : standard error of gamma from the residuals of the fit; the tail at successive k is
        dependent, so it is a floor
    exponential : the fitted law c e^(-k / tau)
    """

    law: TailFit
    error: float
    exponential: TailFit

    @property
    def best(self) -> TailFit:
        """The law with the smaller residual."""
        return min(self.law, self.exponential, key=lambda law: law.residual)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "gamma": self.law.exponent,
            "error": self.error,
            "residual": self.law.residual,
            "counts": list(self.law.count_range),
            "exponential": self.best.kind == "exponential",
            "tau": 1 / self.exponential.exponent if self.exponential.exponent > 0 else None,
        }


def fit_prompt_tail(weights: NDArray[np.float64], visual: Integers, most: int) -> Tail | None:
    """Fit the tail at 1 to `most` tokens; None where it is 0 from the third token on.

    Parameters
    ----------
    weights : (H, n) softmax rows; the heads are averaged
    visual : places of the visual tokens
    most : the most tokens of the range, such as the largest budget
    """
    try:
        power = fit_tail(weights, visual=visual, counts=(1, most))
        other = fit_tail(weights, visual=visual, counts=(1, most), kind="exponential")
    except InvalidProblem:
        return None
    low, high = power.count_range
    steps = np.log(np.arange(low, high + 1.0))
    spread = float(((steps - steps.mean()) ** 2).sum())
    freedom = max(len(steps) - 2, 1)
    error = power.residual * math.sqrt(len(steps) / freedom / spread)
    return Tail(power, error, other)


def splits(
    row: AnsweringRow, raw: Space, tail: Tail | None, slope: CoveringSlope | None, budget: int
) -> dict[str, Any]:
    """The predicted split of a budget and the errors of five splits.

    Parameters
    ----------
    row : the attention
    raw : distances between the tokens as they are
    tail, slope : the fitted laws of 9.8; None leaves the prediction out
    budget : K

    Returns
    -------
    dict
        ``predicted`` share K_p/K of `budget_split` with the power law, ``predicted_best`` with
        whichever law fits better, ``formula`` gamma d / (1 + gamma d);
        ``errors`` ||z - z_s|| and ``phi`` sum over heads of ||W_O^h|| Phi_h at the shares
        `SHARES`, with S_p the K_p heaviest tokens and S_v from farthest-point sampling seeded with
        them.
    """
    heaviest = np.argsort(-row.visual_weights, kind="stable")
    errors: list[float] = []
    costs: list[float] = []
    for share in SHARES:
        count = round(share * budget)
        prompt = heaviest[:count]
        rest = np.asarray(farthest_points(raw.visual_visual, budget - count, seeds=prompt))
        kept = np.sort(np.concatenate([prompt, rest]))
        errors.append(float(np.linalg.norm(row.after_projection(row.plain(kept)))))
        _, distances = row.nearest_in_value(kept)
        costs.append(float(row.output_norms @ row.phi(distances)))
    found: dict[str, Any] = dict.fromkeys(("predicted", "predicted_best", "formula"))
    if tail is not None and slope is not None:
        found = _predicted(row, tail, slope, budget)
    return {**found, "errors": errors, "phi": costs}


def _predicted(row: AnsweringRow, tail: Tail, slope: CoveringSlope, budget: int) -> dict[str, Any]:
    mass = min(1.0, float(row.visual_mass.mean()))
    power, best = (
        budget_split(budget, tail=law, dimension=slope.dimension, visual_mass=mass)
        for law in (tail.law, tail.best)
    )
    product = tail.law.exponent * slope.dimension
    return {
        "predicted": power.prompt_budget / budget,
        "predicted_best": best.prompt_budget / budget,
        "formula": product / (1 + product),
    }
