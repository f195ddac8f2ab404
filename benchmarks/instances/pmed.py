"""OR-Library's p-median graphs, read as k-center problems with known optima.

The files are not part of the project. `fetch_pmed.py` gets them, and the environment variable
MOBTHEORY_PMED names their folder.
"""

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from mobtheory.errors import InvalidProblem

VARIABLE = "MOBTHEORY_PMED"
NAMES = tuple(f"pmed{i}" for i in range(1, 41))


@dataclass(frozen=True)
class Known:
    """What is published about an instance: its nodes, its centres, its least radius."""

    nodes: int
    centers: int
    radius: int

    @property
    def edges(self) -> int:
        """The number of edge lines; OR-Library's files have n²/50."""
        return self.nodes**2 // 50


@dataclass(frozen=True)
class Graph:
    """An undirected graph with edge costs, and the number of centres that its file asks for."""

    nodes: int
    centers: int
    costs: dict[tuple[int, int], int]


@cache
def known() -> dict[str, Known]:
    """Sizes and optimal radii of the 40 instances (Pullan 2008)."""
    with (Path(__file__).parent / "optima.csv").open(newline="") as file:
        return {
            row["instance"]: Known(int(row["n"]), int(row["p"]), int(row["radius"]))
            for row in csv.DictReader(file)
        }


def folder() -> Path | None:
    """The folder that MOBTHEORY_PMED names; None if the variable is not set."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_dir():
        raise InvalidProblem(
            "benchmarks.instances.pmed.folder",
            f"{VARIABLE}={named!r}",
            "no such folder",
            "Run `python -m benchmarks.fetch_pmed FOLDER` and name that folder.",
        )
    return path


def read_graph(path: Path) -> Graph:
    """Read a file: a line `n m p`, then m lines `i j cost` with nodes from 1 to n.

    Of several lines for one edge the last counts, in either direction of the edge. That is the rule
    of OR-Library; the least cost would change 13 of the 40 optima.
    """

    def broken(received: str, rule: str) -> InvalidProblem:
        return InvalidProblem(
            "read_graph", f"{path.name}, {received}", rule, "Fetch the file again."
        )

    lines = [line.split() for line in path.read_text().splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    rows: list[tuple[int, int, int]] = []
    for number, words in enumerate(lines, start=1):
        try:
            first, second, third = map(int, words)
        except ValueError:
            raise broken(
                f"line {number}: {' '.join(words)[:60]!r}", "each line holds three integers"
            ) from None
        rows.append((first, second, third))
    if not rows:
        raise broken("an empty file", "the first line is `n m p`")
    (nodes, edges, centers), *rows = rows
    if not 1 <= centers <= nodes or edges < 0:
        raise broken(f"n={nodes} m={edges} p={centers}", "1 <= p <= n and m >= 0")
    if len(rows) != edges:
        raise broken(f"{len(rows)} edges", f"the first line promises {edges}")
    costs: dict[tuple[int, int], int] = {}
    for number, (i, j, cost) in enumerate(rows, start=2):
        if not (1 <= i <= nodes and 1 <= j <= nodes and i != j):
            raise broken(f"line {number}: {i} {j}", f"an edge joins two nodes from 1 to {nodes}")
        if cost <= 0:
            raise broken(f"line {number}: cost {cost}", "costs are positive")
        costs[min(i, j) - 1, max(i, j) - 1] = cost
    return Graph(nodes, centers, costs)


def distances(graph: Graph) -> np.ndarray:
    """Lengths of the shortest paths between all nodes, (n, n) float64 holding integers."""
    rows, columns = np.array([*graph.costs], dtype=np.int32).reshape(-1, 2).T
    weights = csr_array((list(graph.costs.values()), (rows, columns)), shape=(graph.nodes,) * 2)
    lengths = shortest_path(weights.astype(np.float64), method="D", directed=False)
    if not np.isfinite(lengths).all():
        raise InvalidProblem(
            "benchmarks.instances.pmed.distances",
            f"a graph of {graph.nodes} nodes in several pieces",
            "every node must reach every other",
            "Add the edges that are missing.",
        )
    return lengths


def read_pmed(name: str, where: Path) -> tuple[np.ndarray, Known]:
    """The distances of one of the 40 instances, and what is known about it."""
    graph, fact = read_graph(where / f"{name}.txt"), known()[name]
    if (graph.nodes, graph.centers) != (fact.nodes, fact.centers):
        raise InvalidProblem(
            "read_pmed",
            f"{name}.txt with n={graph.nodes}, p={graph.centers}",
            f"{name} has n={fact.nodes}, p={fact.centers}",
            "Fetch the file again.",
        )
    return distances(graph), fact
