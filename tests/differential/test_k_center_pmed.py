"""Exact k-center against the published optima of OR-Library's graphs."""

import numpy as np
import pytest

import mobtheory as mob
from benchmarks.instances import pmed

pytestmark = pytest.mark.differential

# Each takes a fraction of a second; 1, 6, 13 and 19 need integer programming, the others do not.
FAST = [1, 2, 3, 4, 5, 6, 7, 10, 13, 15, 19, 20]


@pytest.fixture(scope="module")
def folder():
    where = pmed.folder()
    if where is None:
        pytest.skip(
            f"{pmed.VARIABLE} is not set: `python -m benchmarks.fetch_pmed FOLDER` gets the graphs"
        )
    return where


@pytest.mark.parametrize("number", FAST)
def test_the_published_optimum_is_found_and_proven(folder, number):
    distances, fact = pmed.read_pmed(f"pmed{number}", folder)
    result = mob.k_center(distances, fact.centers)
    assert result.status == "optimal"
    assert result.lower == result.upper == fact.radius
    centers = np.concatenate([result.selection.prompt_centers, result.selection.visual_centers])
    assert len(set(centers.tolist())) == len(centers) <= fact.centers
    assert distances[:, centers].min(axis=1).max() == fact.radius
    check = mob.verify_lower_bound(distances, result)
    assert check.confirmed_given_trust, check.reason
    assert check.confirmed or "HiGHS" in check.trusted


def test_the_rule_for_duplicate_edges_decides_the_optimum(folder):
    """With the least cost of each edge instead of the last, pmed1 is another problem."""
    path = folder / "pmed1.txt"
    graph = pmed.read_graph(path)
    least = dict(graph.costs)
    for line in path.read_text().strip().splitlines()[1:]:
        i, j, cost = map(int, line.split())
        edge = min(i, j) - 1, max(i, j) - 1
        least[edge] = min(least[edge], cost)
    other = pmed.distances(pmed.Graph(graph.nodes, graph.centers, least))
    assert mob.k_center(other, graph.centers).upper == 121 < pmed.known()["pmed1"].radius
