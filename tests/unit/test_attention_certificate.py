"""No bound of a certificate lies below the error as hundreds of digits have it."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mobtheory import attention
from mobtheory.errors import InvalidProblem

METHODS = ("plain", "log-count", "oracle", "hybrid", "mass")
BOUNDS = {
    "plain": {"hybrid", "minimax-plain", "tanh-plain"},
    "log-count": {"hybrid", "tanh-log-count", "total-variation"},
    "oracle": {"phi", "total-variation"},
    "hybrid": {"hybrid", "total-variation"},
    "mass": {"total-variation"},
}


class Row:
    """One row: logits or weights, values, the kept tokens, an assignment, the merged tokens."""

    def __init__(self, seed: int, scale: float, offset: float, from_logits: bool) -> None:
        rng = np.random.default_rng(seed)
        self.count = int(rng.integers(2, 8))
        self.scores = scale * rng.normal(size=self.count)
        self.from_logits = from_logits
        if not from_logits:
            powers = np.exp(self.scores - self.scores.max())
            self.scores = powers / powers.sum()
        self.values = offset + rng.normal(size=(self.count, int(rng.integers(1, 4))))
        self.kept = rng.random(self.count) < 0.5
        self.kept[int(rng.integers(self.count))] = True
        self.assignment = np.where(
            self.kept, np.arange(self.count), rng.choice(np.flatnonzero(self.kept), self.count)
        )
        self.merged = ~self.kept & (rng.random(self.count) < 0.5)

    def is_defined(self, method: str) -> bool:
        """Weights that underflow cannot say how the kept ones compare; logits can, but for mass."""
        if method == "oracle" or (self.from_logits and method != "mass"):
            return True
        weights = attention.attention_weights(self.scores) if self.from_logits else self.scores
        return bool(weights[self.kept].sum() > 0)

    def certificate(self, method: str) -> attention.Certificate:
        return attention.certify(
            self.scores,
            self.values,
            self.kept,
            method=method,
            assignment=None if method == "mass" else self.assignment,
            merged=self.merged if method == "hybrid" else None,
            visual=np.ones(self.count, dtype=bool) if method == "mass" else None,
            from_logits=self.from_logits,
        )

    def exact_error(self, method: str) -> Any:
        """||o - o~|| in high precision, from the definition."""
        scores = [mpmath.mpf(float(s)) for s in self.scores]
        weights = [mpmath.exp(s) for s in scores] if self.from_logits else scores
        after = [w if k else mpmath.mpf(0) for w, k in zip(weights, self.kept, strict=True)]
        if method in ("log-count", "hybrid"):
            moved = self.merged if method == "hybrid" else ~self.kept
            arrivals = np.bincount(self.assignment[moved], minlength=self.count)
            after = [w * (1 + int(n)) for w, n in zip(after, arrivals, strict=True)]
        if method == "oracle":
            after = [mpmath.mpf(0)] * self.count
            for weight, target in zip(weights, self.assignment, strict=True):
                after[target] += weight
        differences = [
            mean - mean_after
            for mean, mean_after in zip(self._mean(weights), self._mean(after), strict=True)
        ]
        return mpmath.sqrt(mpmath.fsum(x * x for x in differences))

    def _mean(self, weights: Any) -> Any:
        total = mpmath.fsum(weights)
        columns = [[mpmath.mpf(float(x)) for x in column] for column in self.values.T]
        return [
            mpmath.fsum(w * x for w, x in zip(weights, c, strict=True)) / total for c in columns
        ]


rows = st.builds(
    Row,
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 1.0, 30.0, 400.0, 5e4]),
    st.sampled_from([0.0, 1e6]),
    st.booleans(),
)


@given(rows, st.sampled_from(METHODS))
@example(Row(0, 5e4, 0.0, True), "plain")
def test_every_bound_is_above_the_exact_error(row: Row, method: str) -> None:
    assume(row.is_defined(method))
    certificate = row.certificate(method)
    assert set(certificate.bounds) == BOUNDS[method]
    with mpmath.workdps(700):
        exact = row.exact_error("plain" if method == "mass" else method)
        assert abs(mpmath.mpf(float(certificate.error)) - exact) <= float(certificate.rounding)
        for name, bound in certificate.bounds.items():
            assert float(bound) >= exact, name
            assert float(bound) >= float(certificate.error), name
    assert float(certificate.best) == min(map(float, certificate.bounds.values()))


def test_logits_tell_apart_what_weights_cannot() -> None:
    logits, values = [0.0, -2000.0, -2001.0], [[1.0], [0.0], [1.0]]
    certificate = attention.certify(logits, values, [1, 2], from_logits=True)
    expected = 1 / (1 + math.exp(-1))
    assert float(certificate.error) == pytest.approx(expected, rel=1e-12)
    weights = attention.attention_weights(logits)
    with pytest.raises(InvalidProblem, match="0 / 0"):
        attention.certify(weights, values, [1, 2])
    merged = attention.certify(weights, values, [1, 2], method="oracle", assignment=[1, 1, 2])
    assert float(merged.error) == 1.0


def test_hidden_tokens_do_not_count() -> None:
    """A token at -inf, kept or dropped, changes nothing."""
    infinity = float("inf")
    logits = np.asarray([0.0, 1.0, 0.5, -infinity, -infinity])
    values = np.asarray([[0.0], [1.0], [4.0], [7.0], [9.0]])
    for method in ("plain", "log-count", "oracle"):
        full = attention.certify(
            logits, values, [0, 1, 3], method=method, assignment=[0, 1, 1, 3, 3], from_logits=True
        )
        seen = attention.certify(
            logits[:3], values[:3], [0, 1], method=method, assignment=[0, 1, 1], from_logits=True
        )
        assert float(full.error) == pytest.approx(float(seen.error), rel=1e-14)
        assert all(np.isfinite(bound) for bound in full.bounds.values())


def test_keeping_everything_is_free() -> None:
    certificate = attention.certify([0.25, 0.75], [[1.0], [5.0]], [0, 1])
    assert float(certificate.error) == float(certificate.dropped_mass) == 0.0
    assert float(certificate.best) < 1e-290


def test_equal_logits_leave_only_the_transport() -> None:
    """With delta = 0 the tanh bound of log counts is the cost of the assignment, as "phi" is."""
    values = np.random.default_rng(0).normal(size=(6, 2))
    weights, kept = np.full(6, 1 / 6), [0, 3]
    merged = attention.certify(weights, values, kept, method="log-count")
    oracle = attention.certify(weights, values, kept, method="oracle")
    assert float(merged.error) == pytest.approx(float(oracle.error), rel=1e-13)
    bound = float(merged.bounds["tanh-log-count"])
    assert bound == pytest.approx(float(oracle.bounds["phi"]), rel=1e-12)


def test_certificate_of_heads_and_rows() -> None:
    rng = np.random.default_rng(2)
    weights = rng.dirichlet(np.ones(7), size=(4, 3))
    values = rng.normal(size=(2, 7, 3))
    certificate = attention.certify(weights, values, [0, 1, 5], method="log-count")
    for head in range(4):
        single = attention.certify(
            weights[head], values[head // 2][None].repeat(3, axis=0), [0, 1, 5], method="log-count"
        )
        np.testing.assert_allclose(certificate.error[head], single.error, rtol=1e-12)
        for name, bound in single.bounds.items():
            np.testing.assert_allclose(certificate.bounds[name][head], bound, rtol=1e-12)


def test_a_certificate_cannot_be_changed() -> None:
    certificate = attention.certify([0.25, 0.75], [[1.0], [5.0]], [0])
    with pytest.raises(AttributeError):
        certificate.method = "oracle"  # type: ignore[misc]
    with pytest.raises(TypeError):
        certificate.bounds["phi"] = 0.0  # type: ignore[index]


def test_the_bounds_are_reached() -> None:
    """9.2 at opposite ends of a ball; 9.5 as proposition 4.3 has it, both with equality."""
    plain = attention.certify([0.25, 0.25, 0.5], [[1.0], [1.0], [-1.0]], kept=[2])
    assert float(plain.error) == pytest.approx(float(plain.bounds["minimax-plain"]), rel=1e-12)
    # Four equal visual tokens of which one stays: kappa = 4, the mass sqrt(4) / (1 + sqrt(4)).
    weights = [1 / 6] * 4 + [1 / 3]
    values = [[1.0]] * 4 + [[0.0]]
    repeated = attention.certify(weights, values, kept=[0, 4], assignment=[0, 0, 0, 0, 4])
    gap = attention.multiplicity_gap(4.0)
    assert float(repeated.error) == pytest.approx(gap, rel=1e-13)
    assert float(repeated.bounds["tanh-plain"]) == pytest.approx(gap, rel=1e-12)


@given(rows)
@example(Row(0, 5e4, 0.0, True))
def test_plain_pruning_is_the_hybrid_that_merges_nothing(row: Row) -> None:
    """Its bound is the sum of w_v |u_v - o_S|, at most the minimax one, whatever the assignment."""
    assume(row.is_defined("plain"))
    plain = row.certificate("plain")
    row.merged = np.zeros(row.count, dtype=bool)
    hybrid = row.certificate("hybrid")
    assert float(plain.error) == float(hybrid.error)
    bound, rounding = float(plain.bounds["hybrid"]), 4 * float(plain.rounding)
    assert bound <= float(hybrid.bounds["hybrid"]) + rounding
    assert bound <= float(plain.bounds["minimax-plain"]) + rounding
    weights = attention.attention_weights(row.scores) if row.from_logits else row.scores
    shares = np.where(row.kept, row.scores, -np.inf if row.from_logits else 0.0)
    shares = attention.attention_weights(shares) if row.from_logits else shares / shares.sum()
    output = shares @ (row.values - row.values[0]) + row.values[0]
    costs = weights * np.linalg.norm(row.values - output, axis=1)
    assert bound == pytest.approx(costs[~row.kept].sum(), rel=1e-6, abs=1e-8)


def test_the_hybrid_bound_of_plain_pruning_is_reached() -> None:
    """Where all dropped values lie on one side of the output, the triangle inequality is exact."""
    # The output is (0, 1).
    values = [[12.0, -8.0], [3.0, 5.0], [6.0, 9.0], [-16.0, 13.0]]
    weights = [0.4, 0.25, 0.05, 0.3]
    plain = attention.certify(weights, values, kept=[0, 3])
    error = float(plain.error)
    assert error == pytest.approx(0.25 * 5 + 0.05 * 10, rel=1e-13)
    assert error <= float(plain.best) == float(plain.bounds["hybrid"]) <= error * (1 + 1e-12)
    assert min(float(plain.bounds[name]) for name in ("minimax-plain", "tanh-plain")) > 1.5 * error


@pytest.mark.parametrize("delta", [0.01, 1.0, 4.0])
@pytest.mark.parametrize("discarded", [0.0, 0.6])
def test_the_tanh_of_log_counts_is_nearly_reached(delta: float, discarded: float) -> None:
    """Large clusters, one heavier and one lighter than its kept token by e^delta, equal values.

    A token of weight `discarded` has the value of the output after pruning, so it costs nothing.
    """
    size = 2000
    # Proposition 4.3 with kappa = e^(2 delta): masses e^delta to 1 become 1 to e^delta.
    heavy, light = (np.append(1.0, np.full(size, math.exp(x))) for x in (delta, -delta))
    clusters = np.concatenate([math.exp(delta) * heavy / heavy.sum(), light / light.sum()])
    weights = np.append((1 - discarded) * clusters / clusters.sum(), discarded)
    kept, merged = [0, size + 1], np.ones(2 * size + 3, dtype=bool)
    merged[[*kept, -1]] = False
    assignment = np.repeat(kept, [size + 1, size + 2])
    after = attention.merged_weights(weights, kept, assignment, merged=merged)
    values = np.repeat([1.0, -1.0, 0.0], [size + 1, size + 1, 1])
    values[-1] = after @ values
    certificate = attention.certify(
        weights, values[:, None], kept, method="hybrid", assignment=assignment, merged=merged
    )
    error, bound = float(certificate.error), float(certificate.bounds["hybrid"])
    assert 0.98 * bound <= error <= bound
    if not discarded:
        full = attention.certify(
            weights[:-1], values[:-1, None], kept, method="log-count", assignment=assignment[:-1]
        )
        assert 0.98 * float(full.bounds["tanh-log-count"]) <= float(full.error)
        assert float(full.error) <= float(full.bounds["tanh-log-count"])


@given(st.floats(1, 1e12), st.floats(0, 1))
def test_the_multiplicity_gap_bounds_every_shift(kappa: float, mass: float) -> None:
    shift, gap = attention.multiplicity_shift(mass, kappa), attention.multiplicity_gap(kappa)
    assert shift <= gap + 4e-16
    direct = mass - mass / (mass + kappa * (1 - mass))
    assert shift == pytest.approx(direct, rel=1e-9, abs=1e-15)
    root = math.sqrt(kappa)
    attained = attention.multiplicity_shift(root / (1 + root), kappa)
    assert attained == pytest.approx(gap, rel=1e-6, abs=1e-15)
    assert gap == pytest.approx((root - 1) / (root + 1), rel=1e-9, abs=1e-15)


def test_the_gaps_at_the_rates_of_the_paper() -> None:
    gaps = [attention.multiplicity_gap(kappa) for kappa in (3, 4.5, 9)]
    assert [round(gap, 3) for gap in gaps] == [0.268, 0.359, 0.5]


@pytest.mark.parametrize("dimension", [1, 2, 3, 8])
def test_a_ball_about_a_simplex(dimension: int) -> None:
    corners = np.eye(dimension + 1)
    exact = np.linalg.norm(corners[0] - corners.mean(axis=0))
    radius = float(attention.circumradius(corners))
    assert exact <= radius <= 1.02 * exact
    width = float(attention.diameter(corners))
    assert math.sqrt(2) <= width <= math.sqrt(2) * (1 + 1e-14)


def test_radii_hold_every_value_of_every_head() -> None:
    values = np.random.default_rng(3).normal(size=(3, 40, 5)) + np.arange(3)[:, None, None] * 1e5
    radii, widths = attention.circumradius(values), attention.diameter(values)
    assert radii.shape == widths.shape == (3,)
    for head in range(3):
        gaps = np.linalg.norm(values[head][:, None] - values[head][None], axis=-1)
        assert gaps.max() <= widths[head] <= gaps.max() * (1 + 1e-9)
        # Jung: the circumradius lies between half the diameter and diameter sqrt(d / (2 d + 2)).
        assert gaps.max() / 2 <= radii[head] <= 1.02 * gaps.max() * math.sqrt(5 / 12)
