"""How much time and memory pruning saves on a device."""

from mobtheory.experiments.speed.farthest import pick_farthest
from mobtheory.experiments.speed.measuring import ANSWERS, measure_speed
from mobtheory.experiments.speed.selectors import SELECTORS, selector
from mobtheory.experiments.speed.setting import RATIOS, as_lengths, as_ratio
from mobtheory.experiments.speed.shapes import SHAPES, Shape

__all__ = [
    "ANSWERS",
    "RATIOS",
    "SELECTORS",
    "SHAPES",
    "Shape",
    "as_lengths",
    "as_ratio",
    "measure_speed",
    "pick_farthest",
    "selector",
]
