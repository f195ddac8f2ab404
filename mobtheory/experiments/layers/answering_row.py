"""The attention of the last prompt row, which answers, and what it says about a subset."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import (
    attention_weights,
    dropped_mass,
    hybrid_error,
    layer_error,
    merge_error,
    pruning_error,
)
from mobtheory.geometry import pairwise_distances
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.layer_pass import LayerPass

Float = NDArray[np.float64]
Integers = NDArray[np.int64]
_LARGEST_SHIFT = 1.0


@dataclass(frozen=True, eq=False)
class AnsweringRow:
    """One prompt row of a layer in full: weights, values and output projections.

    Attributes
    ----------
    weights : (H, n) softmax rows over all tokens
    queries, keys : (H, d_h) and (H_kv, n, d_h), after the rotary embedding
    scaling : of their products
    values : (H_kv, n, d_v)
    output, output_norms : (H, d, d_v) projections and (H,) their spectral norms
    visual : (N,) places of the visual tokens among the n
    """

    weights: Float
    queries: Float
    keys: Float
    scaling: float
    values: Float
    output: Float
    output_norms: Float
    visual: Integers

    @classmethod
    def of(cls, call: LayerCall, full: LayerPass) -> "AnsweringRow":
        """The last prompt row of a layer's run on all tokens."""
        return cls(
            weights=np.asarray(attention_weights(full.logits[:, -1])),
            queries=full.queries[:, -1],
            keys=full.keys,
            scaling=full.scaling,
            values=full.values,
            output=call.weights.output,
            output_norms=call.weights.output_norms,
            visual=call.visual,
        )

    @property
    def visual_weights(self) -> Float:
        """(N,) mean over heads of the weight of each visual token."""
        return self.weights[:, self.visual].mean(axis=0)

    @property
    def visual_mass(self) -> Float:
        """(H,) m_V, the attention that goes to visual tokens."""
        return self.weights[:, self.visual].sum(axis=1)

    def mask(self, kept: Integers) -> NDArray[np.bool_]:
        """(n,) which tokens stay: the text and the kept visual tokens."""
        stays = np.ones(self.weights.shape[1], dtype=bool)
        stays[self.visual] = False
        stays[self.visual[kept]] = True
        return stays

    def mass(self, kept: Integers) -> Float:
        """(H,) m, the attention that is dropped."""
        return np.asarray(dropped_mass(self.weights, self.mask(kept)))

    def plain(self, kept: Integers) -> Float:
        """(H, d_v) o - o_S of plain pruning."""
        return np.asarray(pruning_error(self.weights, self.values, self.mask(kept)))

    def nearest_in_value(self, kept: Integers) -> tuple[Integers, Float]:
        """In each key-value head the kept token of nearest value, (H_kv, n), and its distance."""
        stays = self.mask(kept)
        places = np.flatnonzero(stays)
        target = np.tile(np.arange(len(stays)), (len(self.values), 1))
        distance = np.zeros(target.shape)
        for head, values in enumerate(self.values):
            table = np.asarray(pairwise_distances(values[~stays], values[stays]))
            target[head, ~stays] = places[table.argmin(axis=1)]
            distance[head, ~stays] = table.min(axis=1)
        return target, distance

    def phi(self, distances: Float) -> Float:
        """(H,) Phi of each head, from the distances to the nearest kept value, (H_kv, n)."""
        return (self.weights * self._each_head(distances)).sum(axis=1)

    def mended(self, kept: Integers, assignment: Integers, nearest: Integers) -> dict[str, Float]:
        """What is left of the error, z - z~ (d,), with each way of treating the dropped tokens.

        Parameters
        ----------
        kept : the kept visual tokens
        assignment : (N,) for each visual token the kept visual one that log-counts merge it into
        nearest : (H_kv, n) for each token the kept one of nearest value, for the oracle

        Returns
        -------
        dict
            "plain", "mass" (one scalar bias restores the visual mass), "log-count", "hybrid" (a
            token is merged where ||q|| ||k_v - k_pi|| scaling <= 1 and discarded elsewhere) and
            "oracle" (the bias of 9.3, with the nearest values). "mass" is left out where a head
            gives no weight to any kept visual token.
        """
        stays = self.mask(kept)
        tokens = np.arange(len(stays))
        tokens[self.visual] = self.visual[assignment]
        errors = {
            "plain": self.plain(kept),
            "log-count": merge_error(self.weights, self.values, stays, tokens),
            "hybrid": self._hybrid(stays, tokens),
            "oracle": merge_error(self.weights, self.values, stays, nearest, bias="oracle"),
        }
        if bool((self.weights[:, self.visual[kept]].sum(axis=1) > 0).all()):
            errors["mass"] = merge_error(
                self.weights, self.values, stays, bias="mass", visual=self.visual
            )
        return {name: self.after_projection(np.asarray(e)) for name, e in errors.items()}

    def _hybrid(self, stays: NDArray[np.bool_], tokens: Integers) -> Float:
        shift = np.linalg.norm(self.keys - self.keys[:, tokens], axis=-1) * self.scaling
        bound = self._each_head(shift) * np.linalg.norm(self.queries, axis=-1)[:, None]
        values = self._each_head(self.values)
        return np.stack(
            [
                hybrid_error(weights, values[head], stays, tokens, merged=merged)
                for head, (weights, merged) in enumerate(
                    zip(self.weights, (bound <= _LARGEST_SHIFT) & ~stays, strict=True)
                )
            ]
        )

    def after_projection(self, errors: Float) -> Float:
        """(d,) z - z~ from the errors of the heads, (H, d_v)."""
        return np.asarray(layer_error(errors, self.output))

    def _each_head(self, array: Float) -> Float:
        """Repeat what key-value heads have for the heads that read them."""
        return np.repeat(array, len(self.weights) // len(array), axis=0)
