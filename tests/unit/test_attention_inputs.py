"""What the attention room refuses, and that each message says what arrived and which rule broke."""

from typing import Any

import numpy as np
import pytest
import torch

from mobtheory import attention
from mobtheory.errors import InvalidProblem, InvalidSelection, MobtheoryError

WEIGHTS = np.asarray([0.25, 0.25, 0.25, 0.25])
VALUES = np.asarray([[0.0], [1.0], [2.0], [3.0]])
KEPT = [0, 2]
PI = np.asarray([0, 0, 2, 2])
DISTANCES = np.abs(VALUES - VALUES.T)
NAN, INFINITY = float("nan"), float("inf")


def refused(error: type[MobtheoryError], rule: str, call: Any, *args: Any, **options: Any) -> None:
    with pytest.raises(error, match=rule) as caught:
        call(*args, **options)
    assert caught.value.called == call.__name__
    assert all((caught.value.received, caught.value.rule, caught.value.mend))


@pytest.mark.parametrize(
    ("weights", "rule"),
    [
        ([0.5, 0.6], "sum is off 1|have sum 1"),
        ([1.5, -0.5], "below 0"),
        ([NAN, 1.0], "NaN"),
        ([INFINITY, 0.0], "infinite"),
        ([], "axes"),
        (np.full((1, 1, 1, 2), 0.5), "axes"),
        ([[0.5, 0.5], [1.0]], "equally long"),
        (["a", "b"], "real numbers"),
        ([True, False], "real numbers"),
        (np.asarray([0.5, 0.5j]), "real numbers"),
        ("ab", "array or nested lists"),
        (0.5, "array or nested lists"),
    ],
)
def test_rows_that_are_no_softmax(weights: Any, rule: str) -> None:
    refused(InvalidProblem, rule, attention.pruning_error, weights, [[0.0], [1.0]], [0])
    refused(InvalidProblem, rule, attention.dropped_mass, weights, [0])


def test_sums_may_be_off_by_the_rounding_of_their_dtype() -> None:
    narrow = torch.softmax(torch.linspace(-3, 3, 4000), dim=0).to(torch.bfloat16)
    assert 0 < float(attention.dropped_mass(narrow, [0])) < 1
    off = np.full(4, 0.25 + 1e-4)
    refused(InvalidProblem, "sum 1", attention.dropped_mass, off, [0])
    refused(InvalidProblem, "sum 1", attention.dropped_mass, off.astype(np.float32), [0])


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (VALUES[:3], "one value and one weight"),
        (VALUES[:, 0], "axes"),
        (VALUES * NAN, "NaN"),
        (np.stack([VALUES] * 2), "must divide the heads"),
    ],
)
def test_values_that_do_not_fit(values: Any, rule: str) -> None:
    refused(InvalidProblem, rule, attention.pruning_error, WEIGHTS, values, KEPT)
    refused(InvalidProblem, rule, attention.certify, WEIGHTS, values, KEPT)


def test_key_value_heads_must_divide_the_heads() -> None:
    weights = np.stack([WEIGHTS] * 4)
    assert attention.pruning_error(weights, np.stack([VALUES] * 2), KEPT).shape == (4, 1)
    refused(
        InvalidProblem,
        "must divide",
        attention.pruning_error,
        weights,
        np.stack([VALUES] * 3),
        KEPT,
    )


@pytest.mark.parametrize(
    ("kept", "rule"),
    [
        ([], "at least one token"),
        (np.zeros(4, dtype=bool), "at least one token"),
        ([4], "run from 0 to 3"),
        ([-1], "run from 0 to 3"),
        ([1, 1], "once"),
        ([True, False], "one entry for each of 4 tokens"),
        ([0, True], "token numbers, or truth values"),
        ([0.0, 1.0], "token numbers"),
        (np.asarray([0.5]), "token numbers"),
        ([[0, 1]], "flat"),
        ("01", "array or a sequence"),
        (3, "array or a sequence"),
    ],
)
def test_kept_tokens(kept: Any, rule: str) -> None:
    refused(InvalidSelection, rule, attention.pruning_error, WEIGHTS, VALUES, kept)
    refused(InvalidSelection, rule, attention.nearest_kept, DISTANCES, kept)


def test_masks_and_numbers_of_any_library_name_the_same_tokens() -> None:
    expected = attention.pruning_error(WEIGHTS, VALUES, KEPT)
    mask = np.asarray([True, False, True, False])
    for kept in (mask, mask.tolist(), torch.asarray(mask), torch.asarray(KEPT), range(0, 4, 2)):
        assert np.array_equal(attention.pruning_error(WEIGHTS, VALUES, kept), expected)


@pytest.mark.parametrize(
    ("assignment", "rule"),
    [
        ([0, 1, 2, 2], "assigned to a dropped token"),
        ([2, 0, 2, 2], "assigned to itself"),
        ([0, 4, 2, 2], "run from 0 to 3"),
        ([0, 0, 2], "shape"),
        ([0.0, 0.0, 2.0, 2.0], "token numbers"),
        ([PI, PI], "shape"),
        (None, "array or a sequence"),
    ],
)
def test_assignments(assignment: Any, rule: str) -> None:
    for call in (attention.merge_error, attention.tanh_plain_bound, attention.tanh_log_count_bound):
        refused(InvalidSelection, rule, call, WEIGHTS, VALUES, KEPT, assignment)


def test_an_assignment_of_each_head() -> None:
    weights = np.stack([WEIGHTS] * 2)
    both = np.stack([PI, [0, 2, 2, 0]])
    values = np.stack([VALUES] * 2)
    errors = attention.merge_error(weights, values, KEPT, both, bias="oracle")
    for head in range(2):
        single = attention.merge_error(WEIGHTS, VALUES, KEPT, both[head], bias="oracle")
        np.testing.assert_allclose(errors[head], single, rtol=1e-15)
        merged = attention.merged_weights(weights, KEPT, both)[head]
        assert np.array_equal(merged, attention.merged_weights(WEIGHTS, KEPT, both[head]))


def test_merged_tokens_are_dropped_ones() -> None:
    refused(
        InvalidProblem,
        "only dropped tokens",
        attention.hybrid_error,
        WEIGHTS,
        VALUES,
        KEPT,
        PI,
        merged=[0],
    )
    # What is not merged needs no target.
    free = [0, 0, 2, -1]
    error = attention.hybrid_error(WEIGHTS, VALUES, KEPT, free, merged=[1])
    assert np.array_equal(error, attention.hybrid_error(WEIGHTS, VALUES, KEPT, PI, merged=[1]))


def test_biases_and_methods() -> None:
    call = attention.merge_error
    refused(InvalidProblem, "unknown", call, WEIGHTS, VALUES, KEPT, PI, bias="sum")
    refused(InvalidProblem, "visual tokens only", call, WEIGHTS, VALUES, KEPT, bias="mass")
    refused(
        InvalidProblem,
        "only visual tokens are dropped",
        call,
        WEIGHTS,
        VALUES,
        KEPT,
        bias="mass",
        visual=[1],
    )
    refused(
        InvalidProblem,
        "where some of it is kept",
        call,
        WEIGHTS,
        VALUES,
        KEPT,
        bias="mass",
        visual=[1, 3],
    )
    certify = attention.certify
    refused(InvalidProblem, "unknown", certify, WEIGHTS, VALUES, KEPT, method="sum")
    refused(InvalidProblem, "merges some", certify, WEIGHTS, VALUES, KEPT, method="hybrid")
    refused(InvalidProblem, "unknown", certify, WEIGHTS, VALUES, KEPT, method=["plain"])


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("plain", {"visual": "garbage"}),
        ("plain", {"merged": [1]}),
        ("log-count", {"merged": [1]}),
        ("log-count", {"visual": [1, 3]}),
        ("oracle", {"visual": [0, 1, 3]}),
        ("oracle", {"merged": [1]}),
        ("mass", {"visual": [0, 1, 3], "assignment": "garbage"}),
        ("mass", {"visual": [0, 1, 3], "merged": [1]}),
        ("hybrid", {"merged": [1], "visual": [0, 1, 3]}),
    ],
)
def test_arguments_that_would_count_for_nothing(method: Any, options: dict[str, Any]) -> None:
    name = list(options)[-1]
    rule = f"method '{method}' does not take {name}"
    call = attention.certify
    refused(InvalidProblem, rule, call, WEIGHTS, VALUES, KEPT, method=method, **options)
    # Without it, or as None, all is well.
    options[name] = None
    assert call(WEIGHTS, VALUES, KEPT, method=method, **options).error.shape == ()


@pytest.mark.parametrize(
    ("bias", "name", "value"),
    [
        ("log-count", "visual", [0, 1, 3]),
        ("oracle", "visual", "garbage"),
        ("oracle", "merged", [1]),
        ("mass", "merged", [1]),
        ("mass", "assignment", PI),
    ],
)
def test_arguments_that_a_bias_does_not_take(bias: Any, name: str, value: Any) -> None:
    options = {"visual": [0, 1, 3]} if bias == "mass" else {"assignment": PI}
    rule = f"bias '{bias}' does not take {name}"
    calls = [attention.merged_weights, attention.merge_bias]
    for call in calls:
        call(WEIGHTS, KEPT, bias=bias, **options)
        refused(InvalidProblem, rule, call, WEIGHTS, KEPT, bias=bias, **options, **{name: value})
    if name != "merged":
        call = attention.merge_error
        options[name] = value
        refused(InvalidProblem, rule, call, WEIGHTS, VALUES, KEPT, bias=bias, **options)


def message(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(MobtheoryError) as caught:
        call(*args, **options)
    return str(caught.value)


def test_messages_name_the_true_reason() -> None:
    share = message(attention.multiplicity_shift, 1.5, 2.0)
    assert "mass must be a finite number from 0 to 1." in share
    assert "number of at least 1." in message(attention.multiplicity_gap, 0.5)
    assert "may be NaN or infinite." in message(attention.diameter, VALUES * NAN)
    assert "NaN, infinite or below 0." in message(attention.dropped_mass, [1.5, -0.5], [0])
    hidden = message(attention.attention_weights, [INFINITY, 0.0])
    assert "may be NaN or infinite, but for -inf." in hidden
    unseeded = message(attention.greedy_weighted_covering, WEIGHTS, DISTANCES, 1, [])
    assert "Phi is infinite without one" in unseeded
    centreless = message(attention.weighted_covering_cost, WEIGHTS, DISTANCES, [])
    assert "Phi is infinite without one" in centreless
    assert "softmax over none" in message(attention.pruning_error, WEIGHTS, VALUES, [])
    for call, args in (
        (attention.layer_error, ([[1.0]], [[1.0]])),
        (attention.spectral_norm, ([1.0],)),
    ):
        flat = message(call, *args)
        assert "token" not in flat
        assert f"the axes that the documentation of {call.__name__} names" in flat
    blind = message(attention.certify, WEIGHTS, VALUES, KEPT, method="mass")
    assert "bias=" not in blind
    assert "Pass visual" in blind


def test_an_oracle_that_no_finite_bias_gives() -> None:
    weights = [0.5, 0.5, 0.0]
    bias = attention.merge_bias(weights, [0, 2], [0, 2, 2], bias="oracle")
    assert bias.tolist() == [0.0, -INFINITY, INFINITY]
    after = attention.merged_weights(weights, [0, 2], [0, 2, 2], bias="oracle")
    assert after.tolist() == [0.5, 0.0, 0.5]


def test_libraries_do_not_mix() -> None:
    tensor = torch.asarray(VALUES)
    rule = "one array library"
    refused(InvalidProblem, rule, attention.pruning_error, WEIGHTS, tensor, KEPT)
    refused(
        InvalidProblem,
        rule,
        attention.weighted_covering_cost,
        WEIGHTS,
        torch.asarray(DISTANCES),
        KEPT,
    )
    refused(InvalidProblem, rule, attention.attention_weights, WEIGHTS, bias=torch.asarray(WEIGHTS))


@pytest.mark.parametrize(
    ("logits", "rule"),
    [
        ([INFINITY, 0.0], "infinite"),
        ([NAN, 0.0], "NaN"),
        ([-INFINITY, -INFINITY], "finite logit"),
    ],
)
def test_logits(logits: Any, rule: str) -> None:
    refused(InvalidProblem, rule, attention.attention_weights, logits)
    refused(InvalidProblem, rule, attention.certify, logits, VALUES[:2], [0], from_logits=True)


def test_logits_at_the_ends_of_the_range() -> None:
    assert attention.attention_weights([1.7e308, -1.7e308]).tolist() == [1.0, 0.0]
    assert attention.attention_weights([-1.7e308, -INFINITY]).tolist() == [1.0, 0.0]
    refused(
        InvalidProblem, "shape of the logits", attention.attention_weights, [0.0, 0.0], bias=[0.0]
    )


@pytest.mark.parametrize(
    ("distances", "rule"),
    [
        (DISTANCES[:, :3], "square"),
        (DISTANCES - 1, "below 0"),
        (DISTANCES + 1, "itself is 0"),
        (DISTANCES * NAN, "NaN"),
        (DISTANCES[:3, :3], "same tokens"),
    ],
)
def test_distances(distances: Any, rule: str) -> None:
    refused(InvalidProblem, rule, attention.weighted_covering_cost, WEIGHTS, distances, [0])
    refused(InvalidProblem, rule, attention.greedy_weighted_covering, WEIGHTS, distances, 1, [0])


def test_logits_of_queries_and_keys() -> None:
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(6, 2, 4)), rng.normal(size=(3, 5, 4))
    expected = queries @ np.repeat(keys, 2, axis=0).swapaxes(1, 2) / 2
    call = attention.attention_logits
    np.testing.assert_allclose(call(queries, keys), expected, rtol=0, atol=1e-15)
    tensors = torch.asarray(queries).float(), torch.asarray(keys).float()
    assert call(*tensors).dtype == torch.float64
    np.testing.assert_allclose(call(*tensors).numpy(), expected, rtol=0, atol=1e-6)
    refused(InvalidProblem, "same width", call, queries, keys[..., :3])
    refused(InvalidProblem, "must divide", call, queries[:4], keys)
    refused(InvalidProblem, "one array library", call, queries, tensors[1])


def test_nearest_kept_breaks_ties_by_number_and_keeps_the_kept() -> None:
    points = np.asarray([[0.0], [0.0], [1.0], [2.0]])
    distances = np.abs(points - points.T)
    assert attention.nearest_kept(distances, [0, 1, 3]).tolist() == [0, 1, 0, 3]
    assert attention.nearest_kept(np.stack([distances] * 2), [1, 3]).tolist() == [[1, 1, 1, 3]] * 2


@pytest.mark.parametrize("budget", [-1, 4, 1.0, True, None])
def test_greedy_budgets(budget: Any) -> None:
    call = attention.greedy_weighted_covering
    refused(InvalidProblem, "from 0 to 3", call, WEIGHTS, DISTANCES, budget, [0])


def test_greedy_needs_seeds_and_fitting_factors() -> None:
    call = attention.greedy_weighted_covering
    refused(InvalidSelection, "at least one token", call, WEIGHTS, DISTANCES, 1, [])
    refused(
        InvalidProblem, "each row", call, WEIGHTS, DISTANCES, 1, [0], importance=np.ones((2, 2))
    )
    refused(
        InvalidProblem, "below 0", call, WEIGHTS, DISTANCES, 1, [0], importance=np.asarray(-1.0)
    )


@pytest.mark.parametrize("kappa", [0.5, INFINITY, NAN, "2", True])
def test_multiplicities(kappa: Any) -> None:
    refused(InvalidProblem, "at least 1", attention.multiplicity_gap, kappa)
    refused(InvalidProblem, "at least 1", attention.multiplicity_shift, 0.5, kappa)
    refused(InvalidProblem, "from 0 to 1", attention.multiplicity_shift, 1.5, 2.0)


def test_errors_from_logits_are_those_of_the_weights_and_outlive_underflow() -> None:
    logits, kept = np.array([[0.0, -1.0, 0.5, 0.25], [1.0, 2.0, -1.0, 0.0]]), [0, 2]
    values, assignment = np.array([[1.0], [4.0], [2.0], [8.0]]), [0, 0, 2, 2]
    weights = attention.attention_weights(logits)
    plain = attention.pruning_error(weights, values, kept)
    merged = attention.merge_error(weights, values, kept, assignment)
    for shift in (0.0, 700.0):
        given = logits + shift
        found = attention.pruning_error(given, values, kept, from_logits=True)
        assert np.allclose(found, plain, rtol=1e-12)
        found = attention.merge_error(given, values, kept, assignment, from_logits=True)
        assert np.allclose(found, merged, rtol=1e-12)
    far = logits.copy()
    far[:, [0, 2]] -= 3000.0  # the kept tokens have no weight in float64
    with pytest.raises(InvalidProblem):
        attention.pruning_error(attention.attention_weights(far), values, kept)
    shares = np.exp(logits[:, [0, 2]])
    shares /= shares.sum(axis=1, keepdims=True)
    dropped = np.exp(logits[:, [1, 3]])
    dropped /= dropped.sum(axis=1, keepdims=True)
    expected = dropped @ values[[1, 3]] - shares @ values[[0, 2]]
    found = attention.pruning_error(far[:, None], values, kept, from_logits=True)
    assert np.allclose(found[:, 0], expected, rtol=1e-12)


def test_inputs_are_left_alone() -> None:
    weights, values, assignment = WEIGHTS.copy(), VALUES.copy(), PI.copy()
    attention.merge_error(weights, values, KEPT, assignment)
    attention.certify(weights, values, KEPT)
    attention.greedy_weighted_covering(weights, DISTANCES, 2, [0])
    assert np.array_equal(weights, WEIGHTS)
    assert np.array_equal(values, VALUES)
    assert np.array_equal(assignment, PI)


def test_gradients_are_not_followed() -> None:
    values = torch.asarray(VALUES).requires_grad_()
    weights = torch.softmax(torch.zeros(4, dtype=torch.float64, requires_grad=True), dim=0)
    assert not attention.pruning_error(weights, values, KEPT).requires_grad
