"""A choice of visual tokens, split into prompt centres and visual centres."""

from dataclasses import dataclass
from typing import Any

import array_api_compat
import array_api_compat.numpy

from mobtheory.covering.indices import as_indices, describe_indices, require_distinct_rows
from mobtheory.errors import InvalidSelection


@dataclass(frozen=True, eq=False)
class Selection:
    """The kept visual tokens, S = S_p ⊔ S_v, as two disjoint arrays of row numbers.

    Parameters
    ----------
    prompt_centers : (K_p,) integers, array or sequence
        S_p, the visual tokens that stand for the prompt. May be empty.
    visual_centers : (K_v,) integers, array or sequence
        S_v, the visual tokens that stand for the picture. May be empty.

    Raises
    ------
    InvalidSelection
        An index is negative, repeated or no integer, the halves overlap, an array is not
        one-dimensional, or the two halves come from different libraries or devices.

    Notes
    -----
    Both halves are kept as int64 copies, in the order given and in the caller's library;
    sequences become arrays of the other half's library, or of NumPy. Two selections are equal
    when their halves are equal as sets.

    Examples
    --------
    >>> from mobtheory import Selection
    >>> selection = Selection([4, 0], [2])
    >>> selection.prompt_centers
    array([4, 0])
    >>> selection.indices
    array([0, 2, 4])
    >>> selection == Selection([0, 4], [2])
    True
    """

    prompt_centers: Any
    visual_centers: Any

    def __post_init__(self) -> None:
        xp, device = _common_home(self.prompt_centers, self.visual_centers)
        prompt = as_indices("Selection", "prompt_centers", self.prompt_centers, xp, device)
        visual = as_indices("Selection", "visual_centers", self.visual_centers, xp, device)
        require_distinct_rows("Selection", "both halves", [*prompt.tolist(), *visual.tolist()])
        object.__setattr__(self, "prompt_centers", prompt)
        object.__setattr__(self, "visual_centers", visual)

    @property
    def indices(self) -> Any:
        """The kept tokens S, ascending, shape (K_p + K_v,), int64."""
        xp = array_api_compat.array_namespace(self.prompt_centers)
        return xp.sort(xp.concat([self.prompt_centers, self.visual_centers]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selection):
            return NotImplemented
        return self._halves_as_sets() == other._halves_as_sets()

    def __hash__(self) -> int:
        return hash(self._halves_as_sets())

    def _halves_as_sets(self) -> tuple[frozenset[int], frozenset[int]]:
        return frozenset(self.prompt_centers.tolist()), frozenset(self.visual_centers.tolist())


def selection_of_rows(prompt_centers: Any, visual_centers: Any) -> Selection:
    """Build a selection of int64 arrays known to be distinct rows, without reading them."""
    selection = object.__new__(Selection)
    object.__setattr__(selection, "prompt_centers", prompt_centers)
    object.__setattr__(selection, "visual_centers", visual_centers)
    return selection


def _common_home(prompt: Any, visual: Any) -> tuple[Any, Any]:
    arrays = [half for half in (prompt, visual) if array_api_compat.is_array_api_obj(half)]
    if not arrays:
        return array_api_compat.numpy, None
    devices = {(type(array), str(array_api_compat.device(array))) for array in arrays}
    if len(devices) > 1:
        raise InvalidSelection(
            "Selection",
            f"{describe_indices(prompt)} and {describe_indices(visual)}",
            "both halves must come from one array library and one device",
            "Convert or move one of them.",
        )
    return array_api_compat.array_namespace(arrays[0]), array_api_compat.device(arrays[0])
