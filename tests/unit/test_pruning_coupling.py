"""The measures of coupling, by their definitions and against the room of geometry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import coupling
from mobtheory.pruning import MEASURES, couplings


@given(
    sizes=st.tuples(st.integers(1, 30), st.integers(1, 9), st.integers(1, 6)),
    seed=st.integers(0, 99),
    normalize=st.booleans(),
)
def test_the_maxima_are_those_of_geometry_and_the_means_lie_below(sizes, seed, normalize):
    rng = np.random.default_rng(seed)
    n, length, dimension = sizes
    visual = rng.normal(size=(n, dimension)).astype(np.float32)
    prompt = rng.normal(size=(length, dimension)).astype(np.float32)
    found = couplings(visual, prompt, normalize=normalize)
    exact = coupling(visual.astype(float), prompt.astype(float), normalize=normalize)
    assert list(found) == list(MEASURES)
    assert found["hausdorff"] == exact.hausdorff
    assert found["visual_to_prompt"] == exact.visual_to_prompt
    assert found["prompt_to_visual"] == exact.prompt_to_visual
    assert 0 <= found["mean_visual_to_prompt"] <= found["visual_to_prompt"]
    assert 0 <= found["mean_prompt_to_visual"] <= found["prompt_to_visual"]
    assert not normalize or found["hausdorff"] <= 2 + 1e-12


def test_the_means_by_hand():
    found = couplings([[0.0], [4.0], [10.0]], [[1.0], [4.0]], normalize=False)
    assert found["mean_visual_to_prompt"] == pytest.approx((1 + 0 + 6) / 3)
    assert found["mean_prompt_to_visual"] == pytest.approx((1 + 0) / 2)


@pytest.mark.parametrize(
    ("visual", "prompt", "normalize"),
    [
        (np.empty((0, 2)), np.ones((1, 2)), False),
        (np.ones((2, 3)), np.ones((1, 2)), False),
        (np.full((2, 2), np.nan), np.ones((1, 2)), False),
        (np.zeros((2, 2)), np.ones((1, 2)), True),
    ],
)
def test_bad_tokens_are_refused(visual, prompt, normalize):
    with pytest.raises(InvalidProblem, match="couplings"):
        couplings(visual, prompt, normalize=normalize)
