"""The covering radii of one sample's tokens, and the dimensions fitted to them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mobtheory.experiments.layers.case import ReadLayer
from mobtheory.experiments.layers.covering_slope import (
    CoveringSlope,
    Float,
    fit_covering_slope,
    insertion_radii,
    joint_radii,
)
from mobtheory.geometry import normalize_rows, pairwise_distances
from mobtheory.geometry.points import to_numpy

_FEWEST = 3


@dataclass(frozen=True, eq=False)
class Laws:
    """Farthest-point radii of a sample, and fitted covering dimensions.

    Attributes
    ----------
    unit_radii, joint : radii of V, and of V and P together, on tokens of length 1
    visual, prompt : of V at 3 to N/4 centres, and of P at 2 to L - 1, tokens as they are
    visual_unit, joint_unit : of V, and of V and P with one budget, on tokens of length 1
    """

    unit_radii: Float
    joint: Float
    visual: CoveringSlope | None
    prompt: CoveringSlope | None
    visual_unit: CoveringSlope | None
    joint_unit: CoveringSlope | None

    @classmethod
    def of(cls, read: ReadLayer) -> "Laws":
        """Measure and fit."""
        unit = to_numpy(normalize_rows(read.prompt, called="model layers", name="prompt"))
        raw_prompt, unit_prompt = (
            insertion_radii(np.asarray(pairwise_distances(tokens, tokens)))
            for tokens in (read.prompt, unit)
        )
        unit_radii = insertion_radii(read.unit.visual_visual)
        joint = joint_radii(unit_radii, unit_prompt)
        few = _FEWEST, max(len(unit_radii) // 4, _FEWEST + 2)
        return cls(
            unit_radii,
            joint,
            fit_covering_slope(insertion_radii(read.raw.visual_visual), few),
            fit_covering_slope(raw_prompt, (2, len(raw_prompt) - 1)),
            fit_covering_slope(unit_radii, few),
            fit_covering_slope(joint, few),
        )

    def to_dict(self) -> dict[str, Any]:
        """The fitted laws as plain data."""
        named = {
            "visual": self.visual,
            "prompt": self.prompt,
            "visual_unit": self.visual_unit,
            "joint_unit": self.joint_unit,
        }
        return {
            name: None if law is None else {**asdict(law), "counts": list(law.counts)}
            for name, law in named.items()
        }
