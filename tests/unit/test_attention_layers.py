"""Constants of layers and moving tokens against layers and tokens that move."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from mobtheory import attention
from mobtheory.attention.norms import SILU_SLOPE
from mobtheory.errors import InvalidProblem

SEEDS = range(25)


def silu(x: Any) -> Any:
    return x * (1 + np.tanh(x / 2)) / 2


def softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def rms_norm(x: Any, gain: Any, epsilon: float) -> Any:
    return gain * x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon)


class Layer:
    """H heads and a SwiGLU, pre-norm, without positions."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.width, heads, size, hidden = 6, int(rng.integers(1, 4)), 3, 5
        self.query, self.key, self.value = rng.normal(size=(3, heads, size, self.width))
        self.output = rng.normal(size=(heads, self.width, size))
        self.gate, self.up = rng.normal(size=(2, hidden, self.width))
        self.down = rng.normal(size=(self.width, hidden))
        self.gains = rng.uniform(0.5, 1.5, size=(2, self.width))
        self.epsilon = float(rng.choice([1e-6, 0.1]))

    def heads(self, tokens: Any) -> tuple[Any, Any, Any]:
        seen = rms_norm(tokens, self.gains[0], self.epsilon)
        return tuple(seen @ w.swapaxes(1, 2) for w in (self.query, self.key, self.value))

    def attend(self, queries: Any, keys: Any, values: Any, bias: Any = 0.0) -> Any:
        return softmax(queries @ keys.swapaxes(1, 2) / math.sqrt(3) + bias) @ values

    def write(self, outputs: Any) -> Any:
        return np.sum(outputs @ self.output.swapaxes(1, 2), axis=0)

    def mlp(self, after: Any) -> Any:
        return self.gated(rms_norm(after, self.gains[1], self.epsilon))

    def gated(self, x: Any) -> Any:
        return (silu(x @ self.gate.T) * (x @ self.up.T)) @ self.down.T

    def length(self, x: Any) -> Any:
        return np.sqrt(np.sum(x * x, axis=-1) + self.width * self.epsilon)

    @property
    def mlp_lipschitz(self) -> float:
        return attention.swiglu_lipschitz(self.gate, self.up, self.down, self.gains[1])


def test_the_slope_of_silu() -> None:
    def minus_slope(x: float) -> float:
        half = math.tanh(x / 2)
        return -((1 + half) / 2 + x * (1 - half * half) / 4)

    steepest = -minimize_scalar(minus_slope, bounds=(1, 4), method="bounded").fun
    assert 1.0998 < steepest <= SILU_SLOPE
    assert all(minus_slope(x) >= -steepest - 1e-12 for x in np.linspace(-30, 30, 4001))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slope_of_a_gated_mlp(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = Layer(rng)
    limit = layer.mlp_lipschitz
    for step in (1e-4, 1.0):
        x = rng.normal(size=(40, 6))
        y = x + step * rng.normal(size=(40, 6))
        x, y = (rms_norm(t, layer.gains[1], layer.epsilon) for t in (x, y))
        ratios = np.linalg.norm(layer.gated(x) - layer.gated(y), axis=1)
        assert np.all(ratios <= limit * np.linalg.norm(x - y, axis=1) * (1 + 1e-9))
        assert np.all(np.linalg.norm(x, axis=1) <= attention.rms_norm_length(layer.gains[1]))


def test_the_gated_mlp_comes_near_its_slope() -> None:
    """With one unit, x = 0.1 rho: SiLU(t) t has the slope 2 SiLU-like terms, both in the bound."""
    limit = attention.swiglu_lipschitz([[1.0]], [[1.0]], [[1.0]], [50.0])
    x = np.asarray([50.0, 50.0 - 1e-3])
    slope = abs(float(np.diff(silu(x) * x)[0])) / 1e-3
    assert 0.9 * limit <= slope <= limit


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slope_of_the_norm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = Layer(rng)
    x = rng.normal(size=(60, 6)) * 10.0 ** rng.integers(-3, 3, size=(60, 1))
    y = x * rng.choice([-1.0, 0.3, 1.001], size=(60, 1)) + 0.1 * rng.normal(size=(60, 6))
    gain = layer.gains[0]
    for a, b in zip(x, y, strict=True):
        moved = rms_norm(a, gain, layer.epsilon) - rms_norm(b, gain, layer.epsilon)
        slope = attention.rms_norm_slope(gain, float(layer.length(a) + layer.length(b)))
        assert np.linalg.norm(moved) <= slope * np.linalg.norm(a - b) * (1 + 1e-12)


def test_opposite_vectors_reach_the_slope_of_the_norm() -> None:
    x = np.asarray([3.0, 4.0])
    moved = rms_norm(x, np.ones(2), 0.0) - rms_norm(-x, np.ones(2), 0.0)
    slope = attention.rms_norm_slope([1.0, 1.0], 10.0)
    assert np.linalg.norm(moved) == pytest.approx(slope * 10.0, rel=1e-15)


@pytest.mark.parametrize("seed", SEEDS)
def test_pruning_one_layer(seed: int) -> None:
    """Theorem 9.6 at every position, kept position included."""
    rng = np.random.default_rng(seed)
    layer = Layer(rng)
    tokens = rng.normal(size=(9, 6)) * rng.choice([0.1, 1.0, 10.0])
    kept = [0, 1, 4, 8]
    queries, keys, values = layer.heads(tokens)
    weights = softmax(queries @ keys.swapaxes(1, 2) / math.sqrt(3))
    errors = attention.pruning_error(weights, values, kept)
    z = tokens + layer.write(layer.attend(queries, keys, values))
    pruned = tokens + layer.write(layer.attend(queries, keys[:, kept], values[:, kept]))
    np.testing.assert_allclose(
        attention.layer_error(errors, layer.output), z - pruned, rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(
        attention.layer_error(errors[:, 3], layer.output), (z - pruned)[3], rtol=0, atol=1e-12
    )
    bounds = attention.attention_bound(errors, layer.output)
    assert np.all(np.linalg.norm(z - pruned, axis=1) <= bounds + 1e-12)
    change = np.linalg.norm((z + layer.mlp(z)) - (pruned + layer.mlp(pruned)), axis=1)
    for row in range(9):
        limit = attention.layer_bound(
            float(bounds[row]),
            z[row],
            mlp_lipschitz=layer.mlp_lipschitz,
            gain=layer.gains[1],
            epsilon=layer.epsilon,
        )
        assert change[row] <= limit + 1e-12


def test_the_attention_part_is_an_equality_for_one_aligned_head() -> None:
    bound = attention.attention_bound([[3.0, 4.0]], [np.diag([2.0, 2.0])])
    assert float(bound) == pytest.approx(10.0, rel=1e-13)
    error = attention.layer_error([[3.0, 4.0]], [np.diag([2.0, 2.0])])
    assert np.linalg.norm(error) == pytest.approx(float(bound), rel=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_heads_whose_tokens_move(seed: int) -> None:
    """Proposition 4.4 (b), and rider 6: the query stays."""
    rng = np.random.default_rng(seed)
    tokens = rng.normal(size=(6, 3)) * rng.choice([0.3, 3.0])
    moved = tokens + rng.normal(size=(6, 3)) * rng.choice([0.01, 1.0])
    query, key, value = rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=(2, 3))

    def output(x: Any) -> Any:
        return softmax(x @ key.T @ query / 2) @ (x @ value.T)

    change = np.linalg.norm(output(tokens) - output(moved))
    delta = np.linalg.norm(tokens - moved, axis=1).max()
    norm = float(attention.spectral_norm(value))
    slope = attention.logit_lipschitz(query, key)
    both = np.stack([tokens @ value.T, moved @ value.T])
    radius = float(attention.circumradius(both).max())
    assert change <= attention.displacement_constant(norm, slope, radius) * delta
    width = float(attention.diameter(both).min())
    assert change <= attention.displacement_bound(norm, slope, width, delta)


@pytest.mark.parametrize("seed", SEEDS)
def test_normalised_measures_in_one_dimension(seed: int) -> None:
    """Proposition 4.4 (a): on a line W_1 is the area between the distribution functions."""
    rng = np.random.default_rng(seed)
    points = np.sort(rng.normal(size=7)) * rng.choice([0.1, 1.0])
    first, second = rng.dirichlet(np.full(7, 0.5), size=2)
    slope, factor = float(rng.normal() * 3), float(rng.normal())

    def output(measure: Any) -> float:
        return float(softmax(slope * points + np.log(measure)) @ (factor * points))

    distance = np.abs(np.cumsum(first - second))[:-1] @ np.diff(points)
    constant = attention.transport_constant(
        float(np.ptp(slope * points)), abs(factor), abs(slope), float(np.ptp(factor * points))
    )
    assert abs(output(first) - output(second)) <= constant * distance * (1 + 1e-12)


def test_the_exponential_of_transport_is_needed() -> None:
    """From the point 0 to (1 - t) at 0 and t at 1: the slope tends to e^Delta."""
    spread, share = 5.0, 1e-9
    output = share * math.exp(spread) / (1 - share + share * math.exp(spread))
    assert output / share == pytest.approx(math.exp(spread), rel=1e-6)
    constant = attention.transport_constant(spread, 1.0, spread, 1.0)
    assert output <= constant * share
    assert attention.transport_constant(1e4, 1.0, 1.0, 1.0) == math.inf
    assert attention.transport_constant(1e4, 0.0, 1.0, 0.0) == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_one_layer_of_a_stack(seed: int) -> None:
    """Theorem 4.6: all tokens move, queries included."""
    rng = np.random.default_rng(seed)
    layer = Layer(rng)
    tokens = rng.normal(size=(7, 6)) * rng.choice([0.3, 3.0])
    moved = tokens + rng.normal(size=(7, 6)) * rng.choice([1e-3, 0.3])
    states = (tokens, moved)
    after = [x + layer.write(layer.attend(*layer.heads(x))) for x in states]
    final = [z + layer.mlp(z) for z in after]
    parts = [layer.heads(x) for x in states]
    lengths, lengths_after = ([layer.length(x) for x in pair] for pair in (states, after))
    factor = attention.stack_factor(
        attention_slope=attention.rms_norm_slope(layer.gains[0], float(sum(lengths).min())),
        mlp_lipschitz=layer.mlp_lipschitz,
        mlp_slope=attention.rms_norm_slope(layer.gains[1], float(sum(lengths_after).min())),
        output=layer.output,
        value=layer.value,
        key=layer.key,
        query=layer.query,
        value_radius=np.max([attention.circumradius(v) for _, _, v in parts], axis=0),
        key_radius=np.max([attention.circumradius(k) for _, k, _ in parts], axis=0),
        query_length=np.max([np.linalg.norm(q, axis=2).max(axis=1) for q, _, _ in parts], axis=0),
    )
    before, now = (np.linalg.norm(a - b, axis=1).max() for a, b in (states, final))
    assert now <= factor * before


def test_radii_of_the_original_tokens_alone_do_not_bound_a_stack() -> None:
    """Rider of theorem 4.6: keys and queries that vanish before the tokens move."""
    delta, step = 0.1, 0.1 / math.sqrt(2)
    before = np.asarray([[0.0, 50.0, 0.0], [0.0, -50.0, 0.0]])
    after = before + step * np.asarray([[1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
    key, value, query = 8 * np.eye(3)[:1], np.eye(3)[1:2], 8 * np.eye(3)[2:]

    def output(x: Any) -> Any:
        return softmax((x @ query.T) @ (x @ key.T).T) @ (x @ value.T)

    def attention_part(tokens: Any) -> float:
        factor = attention.stack_factor(
            attention_slope=1.0,
            mlp_lipschitz=0.0,
            mlp_slope=1.0,
            output=np.eye(3)[None, :, 1:2],
            value=value[None],
            key=key[None],
            query=query[None],
            value_radius=[float(attention.circumradius(tokens @ value.T))],
            key_radius=[float(attention.circumradius(tokens @ key.T))],
            query_length=[float(np.abs(tokens @ query.T).max())],
        )
        return (factor - 1) * delta

    gap = float(np.abs(output(before) - output(after)).max())
    assert gap == pytest.approx(15.5, abs=0.05)
    assert attention_part(before) == pytest.approx(0.1)
    assert attention_part(after) == pytest.approx(45.4, abs=0.05)


def test_constants_of_displacement_are_nearly_reached() -> None:
    """Two values one diameter apart whose logits cross: 4.3 with log kappa = 2 A delta."""
    slope = 1e4
    for distance in (1e-7, 1e-4, 3e-4):
        logits = slope * distance / 2 * np.asarray([1.0, -1.0])
        values = np.asarray([1.0, -1.0])
        change = abs(float(softmax(logits) @ values - softmax(-logits) @ values))
        bound = attention.displacement_bound(1.0, slope, 2.0, distance)
        assert 0.99 * bound <= change <= bound
        linear = attention.displacement_constant(1.0, slope, 1.0) * distance
        assert change <= linear
        if distance < 1e-6:
            assert change >= 0.99 * linear


def test_the_layer_bound_before_and_after_the_floor() -> None:
    def stretched(bound: float) -> float:
        options = {"mlp_lipschitz": 2.0, "gain": [3.0, -1.0], "epsilon": 0.5}
        return attention.layer_bound(bound, [0.0, math.sqrt(8.0)], **options) / bound

    # With epsilon the length is 3 and never below 1: max(3 - B, 1) is 2 at B = 1 and 1 at B = 2.5.
    assert stretched(1.0) == pytest.approx(1 + 2 * 2 * math.sqrt(2) * 3 / (3 + 2))
    assert stretched(2.5) == pytest.approx(1 + 2 * 2 * math.sqrt(2) * 3 / (3 + 1))


def test_log_counts_in_a_layer_are_attention_over_repeated_tokens() -> None:
    rng = np.random.default_rng(1)
    layer = Layer(rng)
    tokens = rng.normal(size=(5, 6))
    repeats = [1, 3, 1, 2, 4]
    queries, keys, values = layer.heads(tokens)
    biased = layer.attend(queries, keys, values, np.log(repeats))
    longer = [np.repeat(x, repeats, axis=1) for x in (keys, values)]
    np.testing.assert_allclose(layer.attend(queries, *longer), biased, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: attention.spectral_norm([1.0]), "axes"),
        (lambda: attention.rms_norm_slope([1.0], 0.0), "not 0"),
        (lambda: attention.swiglu_lipschitz([[1.0]], [[1.0]], [[1.0]], [1.0, 2.0]), "shape"),
        (lambda: attention.logit_lipschitz([1.0, 2.0], [[1.0]]), "d_h"),
        (lambda: attention.displacement_constant(-1.0, 1.0, 1.0), "value_norm"),
        (lambda: attention.displacement_bound(1.0, 1.0, 1.0, math.nan), "distance"),
        (lambda: attention.transport_constant(-1.0, 1.0, 1.0, 1.0), "logit_range"),
        (lambda: attention.layer_error([[1.0]], [[[1.0, 2.0]]]), "every head"),
        (lambda: attention.attention_bound([[1.0]], np.ones((2, 1, 1))), "every head"),
        (
            lambda: attention.layer_bound(
                1.0, [1.0, 1.0], mlp_lipschitz=1.0, gain=[1.0], epsilon=0.0
            ),
            "one gain",
        ),
        (
            lambda: attention.layer_bound(-1.0, [1.0], mlp_lipschitz=1.0, gain=[1.0], epsilon=0.0),
            "bound",
        ),
    ],
)
def test_refusals(call: Any, rule: str) -> None:
    with pytest.raises(InvalidProblem, match=rule):
        call()


def test_a_norm_that_may_divide_by_nothing() -> None:
    options: Any = {"mlp_lipschitz": 1.0, "gain": [1.0], "epsilon": 0.0}
    assert attention.layer_bound(1.0, [0.0], **options) == math.inf
    # A state of length 1 may become 0 by a change of 1, and not by a smaller one.
    assert attention.layer_bound(1.0, [1.0], **options) == math.inf
    assert attention.layer_bound(0.5, [1.0], **options) == pytest.approx(0.5 * (1 + 2 / 1.5))
    assert attention.layer_bound(0.0, [0.0], **options) == 0.0
