"""Attention errors against softmax on the tokens that stay, heads, rows and libraries included."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory import attention, pairwise_distances
from mobtheory.geometry.points import to_numpy

pytestmark = pytest.mark.differential


def softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Case:
    """H heads that share J values, R rows; tokens 0 .. p - 1 are the prompt and always stay."""

    def __init__(self, seed: int, heads: int, shared: int, rows: int, scale: float) -> None:
        rng = np.random.default_rng(seed)
        self.heads, self.group = heads, heads // shared
        self.count, self.prompt = int(rng.integers(4, 14)), 2
        self.logits = scale * rng.normal(size=(heads, rows, self.count))
        self.weights = softmax(self.logits)
        self.values = rng.normal(size=(shared, self.count, int(rng.integers(1, 5))))
        self.kept = np.arange(self.count) < self.prompt
        self.kept[self.prompt :] = rng.random(self.count - self.prompt) < 0.4
        self.visual = np.arange(self.count) >= self.prompt
        self.merged = ~self.kept & (rng.random(self.count) < 0.5)
        distances = np.stack([pairwise_distances(u, u) for u in self.values])
        self.assignment = attention.nearest_kept(distances, self.kept)

    def per_head(self, array: Any) -> Any:
        return np.repeat(array, self.group, axis=0)

    def output(self, weights: Any) -> Any:
        return weights @ self.per_head(self.values)

    def error_with(self, bias: Any) -> Any:
        """Compute o - o~ by adding a bias to the logits and computing attention again."""
        bias = np.where(self.kept, bias, -np.inf)
        return self.output(self.weights) - self.output(softmax(self.logits + bias))

    def log_counts(self, merged: Any) -> Any:
        counts = np.ones((self.heads, 1, self.count))
        for head, targets in enumerate(self.per_head(self.assignment)):
            np.add.at(counts[head, 0], targets[merged], 1)
        return np.log(counts)

    def oracle_bias(self) -> Any:
        """Logarithm of the sum over v assigned to s of e^(s_v - s_s), for every s."""
        bias = np.zeros_like(self.logits)
        for head, targets in enumerate(self.per_head(self.assignment)):
            for s in np.flatnonzero(self.kept):
                shares = self.logits[head][:, targets == s] - self.logits[head][:, [s]]
                bias[head, :, s] = np.log(np.exp(shares).sum(axis=-1))
        return bias

    def mass_bias(self) -> Any:
        visual = self.weights[..., self.visual].sum(axis=-1, keepdims=True)
        left = self.weights[..., self.visual & self.kept].sum(axis=-1, keepdims=True)
        return np.where(self.visual, np.log(visual / left), 0.0)


SHAPES = [(1, 1, 1), (4, 4, 1), (4, 2, 3), (6, 1, 2), (6, 3, 1)]
cases = st.builds(
    lambda seed, shape, scale: Case(seed, *shape, scale),
    st.integers(0, 2**32 - 1),
    st.sampled_from(SHAPES),
    st.sampled_from([0.0, 1.0, 5.0]),
)


def assert_same(computed: Any, expected: Any) -> None:
    # Outputs of size 5 are subtracted, each with an error of a few eps.
    np.testing.assert_allclose(computed, expected, rtol=0, atol=2e-14)


@given(cases)
def test_plain_pruning_is_softmax_without_the_dropped_logits(case: Case) -> None:
    expected = case.error_with(np.zeros(case.count))
    assert_same(attention.pruning_error(case.weights, case.values, case.kept), expected)
    alone = softmax(case.logits[..., case.kept])
    direct = case.output(case.weights) - alone @ case.per_head(case.values[:, case.kept])
    assert_same(expected, direct)


@given(cases)
def test_log_counts_are_a_bias_of_log_n(case: Case) -> None:
    expected = case.error_with(case.log_counts(~case.kept))
    assert_same(
        attention.merge_error(case.weights, case.values, case.kept, case.assignment), expected
    )


@given(cases)
def test_the_oracle_moves_every_weight_to_its_target(case: Case) -> None:
    computed = attention.merge_error(
        case.weights, case.values, case.kept, case.assignment, bias="oracle"
    )
    assert_same(computed, case.error_with(case.oracle_bias()))
    targets = np.stack([u[pi] for u, pi in zip(case.values, case.assignment, strict=True)])
    gaps = case.per_head(case.values - targets)[:, None]
    assert_same(computed, np.sum(case.weights[..., None] * gaps, axis=2))


@given(cases.filter(lambda case: (case.kept & case.visual).any()))
def test_the_mass_bias_restores_the_visual_mass(case: Case) -> None:
    options = {"bias": "mass", "visual": case.visual}
    computed = attention.merge_error(case.weights, case.values, case.kept, **options)
    assert_same(computed, case.error_with(case.mass_bias()))
    after = attention.merged_weights(case.weights, case.kept, **options)
    before = case.weights[..., case.visual].sum(axis=-1)
    np.testing.assert_allclose(after[..., case.visual].sum(axis=-1), before, rtol=1e-14)


@given(cases)
def test_the_hybrid_counts_merged_tokens_only(case: Case) -> None:
    computed = attention.hybrid_error(
        case.weights, case.values, case.kept, case.assignment, case.merged
    )
    assert_same(computed, case.error_with(case.log_counts(case.merged)))


@given(cases)
def test_the_hybrid_contains_both_ends(case: Case) -> None:
    given_ = (case.weights, case.values, case.kept)
    nothing, everything = np.zeros(case.count, dtype=bool), ~case.kept
    plain = attention.hybrid_error(*given_, case.assignment, nothing)
    assert np.array_equal(plain, attention.pruning_error(*given_))
    merged = attention.hybrid_error(*given_, case.assignment, everything)
    assert np.array_equal(merged, attention.merge_error(*given_, case.assignment))


@given(cases)
def test_the_printed_form_of_the_hybrid(case: Case) -> None:
    """Theorem 9.4 term by term, with its ratio of exponentials."""
    after = case.output(
        softmax(case.logits + np.where(case.kept, case.log_counts(case.merged), -np.inf))
    )
    expected = np.zeros_like(after)
    for head, targets in enumerate(case.per_head(case.assignment)):
        u = case.values[head // case.group]
        for v in np.flatnonzero(~case.kept):
            s = targets[v]
            rest = u[v] - after[head]
            if case.merged[v]:
                growth = np.exp(case.logits[head][:, s] - case.logits[head][:, v])
                rest = (u[v] - u[s]) + (1 - growth)[:, None] * (u[s] - after[head])
            expected[head] += case.weights[head][:, v, None] * rest
    computed = attention.hybrid_error(
        case.weights, case.values, case.kept, case.assignment, case.merged
    )
    np.testing.assert_allclose(computed, expected, rtol=1e-12, atol=1e-13)


@given(cases)
def test_the_pruning_identity_in_both_forms(case: Case) -> None:
    """Theorem 9.1: o - o_S = m (o_D - o_S) = m / (1 - m) (o_D - o)."""
    if case.kept.all():
        return
    u, dropped = case.per_head(case.values), ~case.kept
    mass = attention.dropped_mass(case.weights, case.kept)[..., None]
    of_dropped = case.weights[..., dropped] @ u[:, dropped] / mass
    of_kept = case.weights[..., case.kept] @ u[:, case.kept] / (1 - mass)
    error = attention.pruning_error(case.weights, case.values, case.kept)
    scale = 1e-13 / (1 - mass)
    assert np.all(np.abs(error - mass * (of_dropped - of_kept)) <= scale)
    odds = mass / (1 - mass)
    assert np.all(np.abs(error - odds * (of_dropped - case.output(case.weights))) <= scale)


@given(cases)
def test_a_bias_on_the_logits_gives_the_merged_weights(case: Case) -> None:
    for bias in ("log-count", "oracle"):
        chosen = (case.weights, case.kept, case.assignment)
        added = attention.merge_bias(*chosen, bias=bias)
        after = attention.attention_weights(case.logits, bias=added)
        expected = attention.merged_weights(*chosen, bias=bias)
        np.testing.assert_allclose(after, expected, rtol=1e-12)
        assert np.all(expected[..., ~case.kept] == 0)
    added = attention.merge_bias(case.weights, case.kept, case.assignment, merged=case.merged)
    difference = case.output(case.weights) - case.output(softmax(case.logits + added))
    assert_same(difference, case.error_with(case.log_counts(case.merged)))


@given(cases, st.sampled_from([1e8, -3e12]))
def test_a_common_offset_costs_no_precision(case: Case, offset: float) -> None:
    coarse = np.round(case.values * 64) / 64
    near = attention.pruning_error(case.weights, coarse, case.kept)
    far = attention.pruning_error(case.weights, coarse + offset, case.kept)
    np.testing.assert_allclose(far, near, rtol=0, atol=2e-14)


@given(cases)
def test_errors_scale_with_the_values_to_the_ends_of_the_range(case: Case) -> None:
    near = attention.pruning_error(case.weights, case.values, case.kept)
    for power in (900, -900):
        scaled = attention.pruning_error(case.weights, np.ldexp(case.values, power), case.kept)
        assert np.array_equal(scaled, np.ldexp(near, power))


def test_a_tiny_dropped_weight_is_not_lost() -> None:
    """Both outputs agree in every digit, and their difference is still right."""
    weights = np.asarray([0.5, 0.5, 1e-30])
    values = np.asarray([[0.0], [1.0], [3.0]])
    error = attention.pruning_error(weights, values, [0, 1])
    np.testing.assert_allclose(error, [2.5e-30], rtol=1e-14)
    merged = attention.merge_error(weights, values, [0, 1], [0, 1, 1], bias="oracle")
    np.testing.assert_allclose(merged, [2e-30], rtol=1e-14)


def test_axes_come_back_as_they_were_given() -> None:
    case = Case(3, 4, 2, 3, 1.0)
    full = attention.pruning_error(case.weights, case.values, case.kept)
    assert full.shape == (4, 3, case.values.shape[-1])
    one_row = attention.pruning_error(case.weights[:, 1], case.values, case.kept)
    assert np.array_equal(one_row, full[:, 1])
    one_head = attention.pruning_error(case.weights[2, 1], case.values[1], case.kept)
    np.testing.assert_allclose(one_head, full[2, 1], rtol=0, atol=1e-15)
    assert attention.dropped_mass(case.weights[0, 0], case.kept).shape == ()


def arrays(library: str, dtype: str, *values: Any) -> list[Any]:
    module = pytest.importorskip(library)
    kind = getattr(module, dtype)
    return [module.asarray(np.asarray(x).tolist(), dtype=kind) for x in values]


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_libraries_agree(library: str) -> None:
    case = Case(7, 4, 2, 2, 1.0)
    module = pytest.importorskip(library)
    weights, values, logits = arrays(library, "float64", case.weights, case.values, case.logits)
    (assignment,) = arrays(library, "int64", case.assignment)
    kept, merged = (module.asarray(x.tolist()) for x in (case.kept, case.merged))
    given_ = (case.weights, case.values, case.kept, case.assignment)
    for computed, expected in (
        (attention.attention_weights(logits), case.weights),
        (attention.pruning_error(weights, values, kept), attention.pruning_error(*given_[:3])),
        (
            attention.merge_error(weights, values, kept, assignment, bias="oracle"),
            attention.merge_error(*given_, bias="oracle"),
        ),
        (
            attention.hybrid_error(weights, values, kept, assignment, merged),
            attention.hybrid_error(*given_, case.merged),
        ),
        (
            attention.merged_weights(weights, kept, assignment),
            attention.merged_weights(case.weights, case.kept, case.assignment),
        ),
        (attention.certify(weights, values, kept).best, attention.certify(*given_[:3]).best),
        (
            attention.certify(weights, values, kept, method="log-count").best,
            attention.certify(*given_[:3], method="log-count").best,
        ),
    ):
        assert type(computed) is type(weights)
        assert computed.dtype == weights.dtype
        np.testing.assert_allclose(to_numpy(computed), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_narrow_floats_count_as_exact_and_return_float32(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    case = Case(11, 4, 2, 2, 1.0)
    narrow = torch.softmax(torch.asarray(case.logits).to(getattr(torch, dtype)), dim=-1)
    values = torch.asarray(case.values).to(getattr(torch, dtype))
    error = attention.pruning_error(narrow, values, case.kept)
    assert error.dtype == torch.float32
    wide = narrow.double() / narrow.double().sum(dim=-1, keepdim=True)
    expected = attention.pruning_error(wide, values.double(), case.kept)
    np.testing.assert_allclose(error.numpy(), expected.numpy(), rtol=2e-7, atol=1e-7)
    assert attention.certify(narrow, values, case.kept).error.dtype == torch.float64
    assert attention.attention_weights(narrow).dtype == torch.float32


def test_grouped_query_attention_reads_consecutive_heads() -> None:
    case = Case(5, 6, 3, 1, 1.0)
    shared = attention.pruning_error(case.weights, case.values, case.kept)
    repeated = attention.pruning_error(case.weights, case.per_head(case.values), case.kept)
    np.testing.assert_allclose(shared, repeated, rtol=0, atol=1e-15)
