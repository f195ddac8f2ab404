"""Lay a graph out in columns, so that every edge of the first kind points to the right."""

from collections.abc import Mapping, Sequence

_SWEEPS = 8


def layer_numbers(uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The column of each node: one behind the last of the nodes that it uses.

    Parameters
    ----------
    uses : for each node the nodes that it uses, which are nodes too

    Examples
    --------
    >>> layer_numbers({"a": [], "b": ["a"], "c": ["a", "b"]})
    {'a': 0, 'b': 1, 'c': 2}
    """
    layers: dict[str, int] = {}

    def layer(node: str) -> int:
        if node not in layers:
            layers[node] = 0  # where a report names a circle of claims, this cuts it
            layers[node] = 1 + max((layer(used) for used in uses[node]), default=-1)
        return layers[node]

    return {node: layer(node) for node in uses}


def order_columns(layers: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The nodes of each column from top to bottom, with few crossings.

    Each node moves to the mean place of its neighbours, over and over; the same graph always gives
    the same order.

    Parameters
    ----------
    layers : column of each node
    edges : pairs of nodes that should come close to each other
    """
    columns: list[list[str]] = [[] for _ in range(1 + max(layers.values(), default=0))]
    for node, layer in layers.items():
        columns[layer].append(node)
    neighbours: dict[str, list[str]] = {node: [] for node in layers}
    for one, other in edges:
        neighbours[one].append(other)
        neighbours[other].append(one)
    for _ in range(_SWEEPS):
        for column in columns:
            places = _places(columns)
            column.sort(key=lambda node: _mean([places[n] for n in neighbours[node]], places[node]))
    return columns


def _places(columns: Sequence[Sequence[str]]) -> dict[str, float]:
    return {
        node: (number + 0.5) / len(column)
        for column in columns
        for number, node in enumerate(column)
    }


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
