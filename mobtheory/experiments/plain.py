"""Selections and radii as JSON can hold them."""

from typing import Any

from mobtheory.covering import Covering, Selection
from mobtheory.experiments.tally import plain_number

RADII = (
    "prompt_radius",
    "visual_radius",
    "radius",
    "union_radius",
    "pruning_distance",
    "prompt_to_selected",
    "selected_to_prompt",
)
_OF_THE_PICTURE = frozenset({"visual_radius", "union_radius"})


def radii_data(covering: Covering, *, with_prompt: bool = True) -> dict[str, Any]:
    """All radii of a covering by name; those that need the prompt are None without one."""
    return {
        name: plain_number(getattr(covering, name))
        if with_prompt or name in _OF_THE_PICTURE
        else None
        for name in RADII
    }


def selection_data(selection: Selection) -> dict[str, list[int]]:
    """Both halves as row numbers of the visual tokens."""
    return {
        "prompt_centers": selection.prompt_centers.tolist(),
        "visual_centers": selection.visual_centers.tolist(),
    }
