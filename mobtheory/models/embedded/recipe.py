"""How the embedded model is trained: fixed steps, fixed seed, three stages."""

import math
from dataclasses import dataclass
from typing import Literal

Stage = Literal["vision", "late-fusion", "free"]


@dataclass(frozen=True)
class Recipe:
    """The three stages and their lengths.

    ``vision`` trains the vision tower alone: every token of a cell predicts what the cell holds.
    ``late-fusion`` trains the whole model on questions while decoder layers 0 and 1 may not read
    the picture from the question, so that the picture is still needed at layer 2.
    ``free`` lifts that restriction for the last steps: the saved model is the plain LLaVA class.
    """

    vision_steps: int = 2500
    late_steps: int = 3400
    free_steps: int = 200
    batch: int = 16
    learning_rate: float = 1e-3
    vision_factor: float = 0.3
    coarse_weight: float = 0.4
    end_weight: float = 0.1
    seed: int = 1

    @property
    def stages(self) -> dict[Stage, int]:
        return {
            "vision": self.vision_steps,
            "late-fusion": self.late_steps,
            "free": self.free_steps,
        }

    def rate(self, stage: Stage, step: int) -> float:
        """Learning rate at `step` of `stage`: warm-up, then one cosine (late-fusion and free)."""
        if stage == "vision":
            total, position, warm = self.vision_steps, step, 100
        else:
            total, warm = self.late_steps + self.free_steps, 200
            position = step + (self.late_steps if stage == "free" else 0)
        cosine = 0.5 * (1 + math.cos(math.pi * position / max(1, total)))
        return self.learning_rate * min(1.0, (position + 1) / warm) * (0.05 + 0.95 * cosine)
