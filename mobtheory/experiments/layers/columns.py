"""Plain records turned into columns of numbers, so that thousands of samples fit into memory."""

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Columns by name, one entry a record; a record without a name gets NaN there.

    Nested keys and places in lists are joined by "/", truth values are 0 and 1, None is NaN;
    text is left out.

    Examples
    --------
    >>> columns = Columns()
    >>> columns.add({"errors": {"layer": 2.0}, "phi": [1.0, 3.0]})
    >>> columns.add({"errors": {"layer": None}, "holds": True})
    >>> columns["phi/1"], columns["errors/layer"], columns["holds"]
    (array([ 3., nan]), array([ 2., nan]), array([nan,  1.]))
    """

    def __init__(self) -> None:
        self.count = 0
        self._columns: dict[str, array[float]] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a record."""
        numbers = dict(_flat("", record))
        for name in numbers:
            self._columns.setdefault(name, array("d", [np.nan]) * self.count)
        for name, column in self._columns.items():
            column.append(numbers.get(name, np.nan))
        self.count += 1

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return np.asarray(self._columns.get(name, array("d", [np.nan]) * self.count))

    def below(self, prefix: str) -> list[str]:
        """The rest of every name that begins with `prefix` and a "/"."""
        start = f"{prefix}/"
        return [name.removeprefix(start) for name in self._columns if name.startswith(start)]


def _flat(name: str, value: Any) -> list[tuple[str, float]]:
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        return [
            found
            for key, inner in pairs
            for found in _flat(f"{name}/{key}" if name else str(key), inner)
        ]
    if isinstance(value, str):
        return []
    return [(name, np.nan if value is None else float(value))]
