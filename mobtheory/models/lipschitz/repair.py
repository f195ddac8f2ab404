"""The repaired assumption: pruning with the log-count bias, measured against its constant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import (
    attention_weights,
    circumradius,
    diameter,
    displacement_bound,
    displacement_constant,
    layer_error,
    merge_error,
    nearest_kept,
    pruning_error,
)
from mobtheory.geometry import pairwise_distances
from mobtheory.models.layer_pass import LayerPass
from mobtheory.models.lipschitz.outputs import Function, Outputs, pruned
from mobtheory.models.lipschitz.pairs import Pair
from mobtheory.models.lipschitz.sample import Float, Places, Sample
from mobtheory.models.lipschitz.spread import Spread, spread_of

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Repaired:
    """One subset of one input, pruned plainly and with the log-count bias.

    Attributes
    ----------
    pair : the same subset, pruned plainly end to end
    errors, plain : (H, R) ||o - o~|| of every head and prompt row at the layer, with and without
        the bias
    bounds : (H, R) what theorem 4.4 (c) allows with the bias, in the sharper form of rider 6
    constants : (H, R) the same as a constant times the displacement
    residual : largest difference between these errors, projected and summed, and what the genuine
        layer changed in the residual stream, over the size of that stream
    change : ||F(X) - F~(X_s)|| at the last token, with the bias in the layer and all later ones
    flipped : whether the first word of the answer changed, with the bias
    """

    pair: Pair
    errors: Float
    plain: Float
    bounds: Float
    constants: Float
    residual: float
    change: float
    flipped: bool


@dataclass(frozen=True)
class RepairedFamily:
    """Repaired pruning over the subsets of one family.

    Attributes
    ----------
    family, subsets : which, and how many
    count : heads times prompt rows
    above : errors with the bias above their bound by more than rounding: the theory has none
    plain_above : errors of plain pruning above the same bound
    tightest : largest error over bound, with the bias
    tightness : error over bound, with the bias; here and below each subset counts with its median
        over heads and rows
    constant_tightness : error over constant times displacement, with the bias
    layer_gain : error of plain pruning over error with the bias
    end_gain : ||F(X) - F(X_s)|| at the last token, plain over biased
    flipped_plain, flipped_biased : answers that changed
    residual : largest of `Repaired.residual`
    """

    family: str
    subsets: int
    count: int
    above: int
    plain_above: int
    tightest: float
    tightness: Spread | None
    constant_tightness: Spread | None
    layer_gain: Spread | None
    end_gain: Spread | None
    flipped_plain: int
    flipped_biased: int
    residual: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        spreads = ("tightness", "constant_tightness", "layer_gain", "end_gain")
        told = {name: getattr(self, name) for name in spreads}
        return {
            "family": self.family,
            "subsets": self.subsets,
            "count": self.count,
            "above": self.above,
            "plain_above": self.plain_above,
            "tightest": self.tightest,
            **{name: spread and spread.to_dict() for name, spread in told.items()},
            "flipped_plain": self.flipped_plain,
            "flipped_biased": self.flipped_biased,
            "residual": self.residual,
        }


@dataclass(frozen=True, eq=False)
class RepairGround:
    """What the theorem needs of one input, whatever the subset.

    Visual tokens are points (key, value) after rotation, all key-value heads together for the
    assignment: the count of a kept token is the same in every head. Prompt rows see every visual
    token, so visual tokens go to visual tokens only (theory, section 4, rider 3).
    """

    sample: Sample
    whole: LayerPass
    weights: Float
    pairs: Float
    distances: Float
    radii: Float
    diameters: Float


def repair_ground(sample: Sample) -> RepairGround:
    """Read the layer once."""
    whole, visual = sample.whole, sample.visual
    pairs = np.concatenate([whole.keys[:, visual], whole.values[:, visual]], axis=-1)
    together = np.swapaxes(pairs, 0, 1).reshape(len(visual), -1)
    return RepairGround(
        sample,
        whole,
        np.asarray(attention_weights(whole.logits)),
        pairs,
        np.asarray(pairwise_distances(together, together)),
        np.asarray(circumradius(whole.values)),
        np.asarray(diameter(whole.values)),
    )


def repair(
    function: Function,
    ground: RepairGround,
    full: Outputs,
    chosen: Sequence[tuple[Pair, Places]],
) -> list[Repaired]:
    """Prune with the log-count bias, at the layer and end to end."""
    sample, assigned = ground.sample, []
    for _, kept in chosen:
        assigned.append(np.asarray(nearest_kept(ground.distances, kept)))
    counts = [
        np.bincount(to, minlength=sample.count)[kept]
        for to, (_, kept) in zip(assigned, chosen, strict=True)
    ]
    variants = [
        pruned(sample, kept, np.log(own)) for (_, kept), own in zip(chosen, counts, strict=True)
    ]
    outputs = function(sample, variants)
    return [
        _repaired(ground, full, pair, kept, to, own, output)
        for (pair, kept), to, own, output in zip(chosen, assigned, counts, outputs, strict=True)
    ]


def _repaired(
    ground: RepairGround,
    full: Outputs,
    pair: Pair,
    kept: Places,
    to: Places,
    counts: NDArray[np.int64],
    output: Outputs,
) -> Repaired:
    sample, whole = ground.sample, ground.whole
    mask = np.ones(whole.logits.shape[-1], dtype=bool)
    mask[sample.visual] = False
    mask[sample.visual[kept]] = True
    assignment = np.arange(len(mask))
    assignment[sample.visual] = sample.visual[to]
    biased = np.asarray(merge_error(ground.weights, whole.values, mask, assignment))
    plain = np.asarray(pruning_error(ground.weights, whole.values, mask))
    bounds, constants = _bounds(ground, to)
    return Repaired(
        pair,
        np.linalg.norm(biased, axis=-1),
        np.linalg.norm(plain, axis=-1),
        bounds,
        constants,
        _residual(ground, kept, counts, biased),
        float(full.change(output)[0]),
        output.answer != full.answer,
    )


def _bounds(ground: RepairGround, to: Places) -> tuple[Float, Float]:
    """(H, R) bounds: values are a projection of the pairs, logits have the slope of the query."""
    whole, shared = ground.whole, len(ground.whole.queries) // len(ground.whole.keys)
    moved = np.linalg.norm(ground.pairs - ground.pairs[:, to], axis=-1).max(axis=-1)
    slopes = np.linalg.norm(whole.queries, axis=-1) * whole.scaling
    bounds, constants = np.empty_like(slopes), np.empty_like(slopes)
    for head, row in np.ndindex(*slopes.shape):
        own, slope = head // shared, float(slopes[head, row])
        distance = float(moved[own])
        bounds[head, row] = displacement_bound(1.0, slope, float(ground.diameters[own]), distance)
        constants[head, row] = (
            displacement_constant(1.0, slope, float(ground.radii[own])) * distance
        )
    return bounds, constants


def _residual(
    ground: RepairGround, kept: Places, counts: NDArray[np.int64], errors: Float
) -> float:
    """The identity z - z~ = sum of W_O (o - o~), against the genuine layer on the kept tokens."""
    call, whole = ground.sample.call, ground.whole
    assert call is not None
    after = call.run(kept, bias=np.log(counts)).after_attention
    told = np.asarray(layer_error(errors, call.output))
    gap = np.linalg.norm(whole.after_attention - after - told, axis=-1)
    return float((gap / np.linalg.norm(whole.after_attention, axis=-1)).max())


def repaired_families(found: Sequence[Repaired], seed: int) -> tuple[RepairedFamily, ...]:
    """Sum up by family."""
    rows: list[RepairedFamily] = []
    for family in dict.fromkeys(one.pair.family for one in found):
        own = [one for one in found if one.pair.family == family]
        owners = [one.pair.sample for one in own]
        errors, plain, bounds = (
            np.concatenate([getattr(one, name).ravel() for one in own])
            for name in ("errors", "plain", "bounds")
        )
        limits = bounds * (1 + _ROUNDING) + 1e-12
        rows.append(
            RepairedFamily(
                family,
                len(own),
                errors.size,
                int((errors > limits).sum()),
                int((plain > limits).sum()),
                float((errors / np.maximum(bounds, np.finfo(float).tiny)).max()),
                _over(own, owners, "errors", "bounds", seed),
                _over(own, owners, "errors", "constants", seed),
                _over(own, owners, "plain", "errors", seed),
                spread_of(
                    [_quotient(float(one.pair.changes[0]), one.change) for one in own], owners, seed
                ),
                sum(one.pair.flipped for one in own),
                sum(one.flipped for one in own),
                max(one.residual for one in own),
            )
        )
    return tuple(rows)


def _over(
    own: Sequence[Repaired], owners: Sequence[int], above: str, below: str, seed: int
) -> Spread | None:
    """Median quotients of the subsets; where nothing moves there is none."""
    values: list[float] = []
    for one in own:
        top, bottom = getattr(one, above).ravel(), getattr(one, below).ravel()
        moving = bottom > 0
        values.append(float(np.median(top[moving] / bottom[moving])) if moving.any() else np.nan)
    return spread_of(values, owners, seed)


def _quotient(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
