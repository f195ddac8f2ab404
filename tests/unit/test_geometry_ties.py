"""At a tie that rounding cannot decide, a bracket holds both answers."""

import numpy as np
import pytest

from mobtheory import covering_number, packing_number, pairwise_distances


@pytest.mark.parametrize("seed", [6, 7, 11])
@pytest.mark.parametrize("number", [covering_number, packing_number])
def test_a_radius_equal_to_a_rounded_distance_leaves_both_open(number, seed):
    pair = np.random.default_rng(seed).normal(size=(2, 48))
    bracket = number(pair, float(pairwise_distances(pair[:1], pair[1:])[0, 0]))
    assert (bracket.lower, bracket.upper) == (1, 2)


def test_on_a_grid_the_tie_is_decided():
    pair = np.array([[0, 0, 0], [1, 1, 1]])
    radius = float(np.sqrt(3))
    assert covering_number(pair, radius).upper == 1
    assert packing_number(pair, radius).upper == 1
