"""Rankings where the truth is known: the right surrogate wins, noise does not, pictures count."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.layers.falsifier import try_to_falsify
from mobtheory.experiments.layers.spearman import correlate
from mobtheory.experiments.layers.spread import spread

PICTURES, EACH = 40, 6


def _drawn(seed=0):
    """An error that is a monotone function of `driver`, and two columns that are independent."""
    rng = np.random.default_rng(seed)
    driver = rng.exponential(size=PICTURES * EACH)
    return {
        "driver": driver,
        "near": driver + 0.3 * rng.normal(size=len(driver)),
        "noise": rng.normal(size=len(driver)),
        "error": np.exp(driver) - 1,
        "pictures": np.repeat(np.arange(PICTURES), EACH).tolist(),
    }


def _found(**options):
    drawn = _drawn()
    surrogates = {name: drawn[name].tolist() for name in ("noise", "near", "driver")}
    truths = {"error": drawn["error"].tolist()}
    return correlate(surrogates, truths, drawn["pictures"], replicates=300, **options)


def test_a_monotone_surrogate_wins_and_an_independent_one_has_an_interval_around_0():
    found = _found()
    driver, near, noise = (found.estimate(name, "error") for name in ("driver", "near", "noise"))
    assert driver.value == driver.low == driver.high == 1
    assert near.low < near.value < near.high < 1
    assert noise.low < 0 < noise.high
    within = found.estimate("driver", "error", within=True)
    assert within.value == within.low == pytest.approx(1)


@pytest.mark.parametrize(
    ("geometric", "attentive", "outcome"),
    [
        (["driver", "noise"], ["near", "noise"], "falsified"),
        (["noise"], ["near", "driver"], "not falsified"),
        (["driver"], ["driver"], "undecided"),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_the_falsifier_says_which_side_predicts_better(geometric, attentive, outcome, within):
    verdict = try_to_falsify(_found(), "error", geometric, attentive, within=within)
    assert verdict.outcome == outcome
    assert verdict.geometric == geometric[0]


def test_one_case_is_no_evidence_however_often_it_is_copied():
    """Copies within a picture leave the interval as it is; as pictures they would narrow it."""
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 12))

    def width(pictures):
        found = correlate(
            {"a": np.repeat(first, 8).tolist()}, {"b": np.repeat(second, 8).tolist()}, pictures
        ).estimate("a", "b")
        return found.high - found.low

    copies = np.repeat(np.arange(12), 8).tolist()
    assert width(copies) > 2 * width(list(range(96)))


def test_pooled_and_within_tell_apart_what_differs_between_pictures():
    """Within each picture the error rises with the surrogate, between pictures it falls."""
    step = np.arange(4.0)
    surrogate = np.concatenate([step + 10 * picture for picture in range(8)])
    error = np.concatenate([step - 10 * picture for picture in range(8)])
    found = correlate(
        {"a": surrogate.tolist()}, {"b": error.tolist()}, np.repeat(range(8), 4).tolist()
    )
    assert found.within[0, 0] == pytest.approx(1)
    assert found.pooled[0, 0] < -0.9


def test_the_pooled_correlation_is_that_of_scipy_with_ties_and_infinities():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 5, 50).astype(float), rng.integers(0, 5, 50).astype(float)
    first[:3] = np.inf
    found = correlate({"a": first.tolist()}, {"b": second.tolist()}, list(range(50)))
    expected = spearmanr(np.where(np.isinf(first), 9.0, first), second).statistic
    assert found.pooled[0, 0] == pytest.approx(expected)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others():
    first, again, other = _found(seed=5), _found(seed=5), _found(seed=6)
    assert np.array_equal(first.pooled_replicates, again.pooled_replicates)
    assert not np.array_equal(first.pooled_replicates, other.pooled_replicates)


def test_a_constant_surrogate_has_no_correlation_and_too_few_pictures_no_interval():
    found = correlate({"flat": [1.0] * 6, "a": [1, 2, 3, 4, 5, 6.0]}, {"b": range(6)}, [0, 1] * 3)
    assert found.estimate("flat", "b").to_dict() == {"value": None, "low": None, "high": None}
    assert found.estimate("a", "b").to_dict() == {"value": 1.0, "low": None, "high": None}


@pytest.mark.parametrize(
    ("surrogate", "truth", "pictures"),
    [([1.0, np.nan], [1.0, 2.0], [0, 1]), ([1.0], [1.0, 2.0], [0, 1]), ([], [], [])],
)
def test_columns_that_do_not_fit_are_refused(surrogate, truth, pictures):
    with pytest.raises(InvalidProblem):
        correlate({"a": surrogate}, {"b": truth}, pictures)


def test_a_spread_resamples_pictures_of_different_sizes():
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 15, 200).tolist()
    values = rng.normal(size=200) + np.asarray(pictures)
    found = spread(values, pictures)
    assert found["median"] == np.median(values)
    low, high = found["interval"]
    assert low < found["median"] < high
    # cases of a picture lie together, so the interval is far wider than one over cases
    alone = spread(values, list(range(200)))["interval"]
    assert high - low > 1.5 * (alone[1] - alone[0])
    assert spread(np.full(3, np.nan), [0, 1, 2]) is None
