"""Attention rows split into kept and dropped tokens, and values centred for exact differences."""

import math
from dataclasses import dataclass
from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, lengths, require_together, softmax
from mobtheory.attention.rows import EPSILON, AttentionRows, read_rows
from mobtheory.attention.token_sets import as_assignment, as_token_set, on_device
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.distances import narrow_result
from mobtheory.geometry.points import Array, describe, to_float64, to_numpy

_ROUNDINGS_PER_TERM = 8
_UNDERFLOW = 2.0**-1000


@dataclass(frozen=True)
class Values:
    """Values of shape (J, n, d) minus a centre, divided by a power of two.

    Attention errors do not change with the centre, and scale with the values: so neither a common
    offset nor extreme sizes cost precision.

    Parameters
    ----------
    points : float64, coordinates of magnitude at most 1
    unit : (J, 1) powers of two that were divided out
    reach : (J, 1) largest length of a point
    array : what arrived
    """

    points: Array
    unit: Array
    reach: Array
    array: Array

    @property
    def heads(self) -> int:
        """Number of key-value heads."""
        return self.points.shape[0]


def read_values(called: str, values: Any) -> Values:
    """Check values of shape (n, d) or (J, n, d), centre and scale them."""
    array = as_real(called, "values", values, (2, 3))
    xp = api.array_namespace(array)
    exact = to_float64(called, "values", array)
    exact = exact[None, :, :] if exact.ndim == 2 else exact
    highest, lowest = (f(exact, axis=1, keepdims=True) for f in (xp.max, xp.min))
    centred = exact - (highest / 2 + lowest / 2)
    largest = to_numpy(xp.max(xp.abs(centred), axis=(1, 2))).tolist()
    units = xp.asarray(
        [math.ldexp(1.0, min(math.frexp(x)[1], 1023)) for x in largest],
        dtype=xp.float64,
        device=api.device(array),
    )[:, None]
    points = centred / units[:, :, None]
    reach = xp.max(lengths(points), axis=1)[:, None]
    return Values(points, units, reach, array)


@dataclass(frozen=True)
class PrunedHeads:
    """Rows and values, each split into kept tokens (K) and dropped ones (n - K).

    `kept` and `dropped` are NumPy token numbers, ascending.
    """

    rows: AttentionRows
    values: Values | None
    mask: Any
    kept: Array
    dropped: Array
    called: str

    @property
    def xp(self) -> Any:
        """The namespace of the arrays."""
        return self.rows.xp

    @property
    def device(self) -> Any:
        """The device of the arrays."""
        return api.device(self.rows.weights)

    def of_kept(self, array: Array) -> Array:
        """Take the kept tokens along the last axis."""
        return self.xp.take(array, self.kept, axis=-1)

    def of_dropped(self, array: Array) -> Array:
        """Take the dropped tokens along the last axis."""
        return self.xp.take(array, self.dropped, axis=-1)

    @property
    def kept_weights(self) -> Array:
        """(J, Q, K) weights before pruning."""
        return self.of_kept(self.rows.weights)

    @property
    def dropped_weights(self) -> Array:
        """(J, Q, n - K) weights before pruning."""
        return self.of_dropped(self.rows.weights)

    @property
    def dropped_mass(self) -> Array:
        """(J, Q) sum of the dropped weights, m."""
        return self.xp.sum(self.dropped_weights, axis=-1)

    @property
    def points(self) -> Values:
        """The values, where a function has read some."""
        assert self.values is not None
        return self.values

    @property
    def kept_values(self) -> Array:
        """(J, K, d) centred values of kept tokens."""
        return self.xp.take(self.points.points, self.kept, axis=1)

    @property
    def dropped_values(self) -> Array:
        """(J, n - K, d) centred values of dropped tokens."""
        return self.xp.take(self.points.points, self.dropped, axis=1)

    def shares(self, factors: Array | None = None) -> Array:
        """Softmax over the kept tokens after their weights were multiplied by positive factors."""
        if self.rows.logits is not None:
            logits = self.of_kept(self.rows.logits)
            if bool(self.xp.any(self.xp.max(logits, axis=-1) == -math.inf)):
                raise self._no_weight()
            return softmax(logits if factors is None else logits + self.xp.log(factors))
        scaled = self.kept_weights if factors is None else self.kept_weights * factors
        total = self.xp.sum(scaled, axis=-1, keepdims=True)
        if bool(self.xp.any(total == 0)):
            raise self._no_weight()
        return scaled / total

    def _no_weight(self) -> InvalidProblem:
        return InvalidProblem(
            self.called,
            f"a row of shape ({self.rows.token_count},) with weight 0 on all kept tokens",
            "attention over the kept tokens is 0 / 0",
            "Keep a token that the row can see, or give certify the logits, which do not "
            "underflow.",
        )

    def full_length(self, kept: Array, otherwise: float = 0.0) -> Array:
        """Put entries (J, Q, K) of kept tokens back among all n, with a constant elsewhere."""
        xp = self.xp
        places = on_device(xp, (self.mask.cumsum() - 1).clip(min=0), kept)
        mask = on_device(xp, self.mask, kept)
        spread = xp.take(kept, places, axis=-1)
        return xp.where(mask, spread, xp.full_like(spread, otherwise))

    def roundoff(self) -> float:
        """Bound the relative error of a sum over tokens of products, each weighted."""
        dimension = self.points.points.shape[-1] if self.values is not None else 1
        terms = self.rows.token_count + dimension + 32 + self.rows.spread
        return _ROUNDINGS_PER_TERM * terms * EPSILON

    def rounding(self, moved: Array) -> Array:
        """Bound the error of a vector of centred values that moves this much weight, (J, Q)."""
        return self.points.reach * (self.roundoff() * moved + _UNDERFLOW)

    def vectors(self, centred: Array) -> Array:
        """Return vectors (J, Q, d) in the unit of the values and the caller's shape and dtype."""
        scaled = centred * self.points.unit[:, :, None]
        restored = self.rows.restore(scaled, scaled.shape[-1])
        return self.xp.astype(restored, self.xp.float32) if self.narrow else restored

    @property
    def narrow(self) -> bool:
        """Whether all that arrived was float32 or narrower."""
        return self.rows.narrow and (self.values is None or narrow_result(self.values.array))


def read_pruned(
    called: str,
    weights: Any,
    values: Any,
    kept: Any,
    *,
    from_logits: bool = False,
    key_value_heads: int = 1,
) -> PrunedHeads:
    """Check rows, values (None if the caller has none) and the kept tokens together."""
    read = None if values is None else read_values(called, values)
    rows = read_rows(
        called, weights, read.heads if read else key_value_heads, from_logits=from_logits
    )
    if read is not None:
        name = "logits" if from_logits else "weights"
        require_together(called, ("values", read.array), (name, rows.weights))
        if read.points.shape[1] != rows.token_count:
            raise InvalidProblem(
                called,
                f"{describe('values', read.array)}; {name} over {rows.token_count} tokens",
                "every token has one value and one weight in each row",
                "Pass values (n, d) or (H_kv, n, d) for the tokens on the last axis of "
                f"{name}, prompt tokens included.",
            )
    mask = as_token_set(called, "kept", kept, rows.token_count)
    stay, go = (on_device(rows.xp, part.nonzero()[0], rows.weights) for part in (mask, ~mask))
    return PrunedHeads(rows, read, mask, stay, go, called)


@dataclass(frozen=True)
class Merging:
    """Which dropped tokens go where.

    Parameters
    ----------
    columns : (J or 1, M), the place among the kept tokens to which each merged token goes
    targets : (J or 1, M, K), 1 at those places and 0 elsewhere
    arrivals : (J or 1, 1, K), how many merged tokens go to each kept one
    merged : (M,) token numbers of the merged tokens
    chosen : their NumPy mask of shape (n,)
    """

    columns: Array
    targets: Array
    arrivals: Array
    merged: Array
    chosen: Any

    def at_target(self, array: Array) -> Array:
        """Give each merged token the entry of the kept one that it goes to: (J, Q, K) to M."""
        xp = api.array_namespace(array)
        heads = array.shape[0]
        if self.columns.shape[0] == 1:
            return xp.take(array, self.columns[0, :], axis=-1)
        return xp.stack(
            [xp.take(array[j, ...], self.columns[j, :], axis=-1) for j in range(heads)], axis=0
        )


def read_merging(heads: PrunedHeads, assignment: Any, merged: Any = None) -> Merging:
    """Check an assignment; all dropped tokens are merged unless a subset of them is given."""
    xp, called, count = heads.xp, heads.called, heads.rows.token_count
    if merged is None:
        chosen = ~heads.mask
    else:
        chosen = as_token_set(called, "merged", merged, count, empty=True)
        if (chosen & heads.mask).any():
            raise InvalidProblem(
                called,
                f"merged={merged!r:.120}",
                "only dropped tokens can be merged",
                "Leave the kept tokens out of it.",
            )
    array = as_assignment(called, assignment, heads.mask, chosen, heads.rows.weights.shape[0])
    array = array if array.ndim == 2 else array[None, :]
    like = heads.rows.weights
    columns = on_device(xp, (heads.mask.cumsum() - 1)[array[:, chosen]], like)
    places = xp.arange(heads.kept.shape[0], device=api.device(like))
    targets = xp.astype(columns[:, :, None] == places[None, None, :], xp.float64)
    arrivals = xp.sum(targets, axis=1)[:, None, :]
    return Merging(columns, targets, arrivals, on_device(xp, chosen.nonzero()[0], like), chosen)
