"""From one head to a pre-norm layer, and from a layer to a stack."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mobtheory.attention import pruning_error
from mobtheory.claims.circumradius import circumradius
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import EPS, LayerPruning, StackPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.pre_norm import PreNormLayer
from mobtheory.claims.settled_margin import margin_if_equal, settled_margin
from mobtheory.claims.symbols import (
    B,
    Delta_z,
    Lambda,
    Lip,
    d,
    delta,
    delta_next,
    delta_y,
    eps,
    gain,
    mlp,
    norm,
    z_norm,
)
from mobtheory.claims.verdict import Verdict

Array = NDArray[np.float64]


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector))


def attention_bound(pruning: LayerPruning) -> float:
    """``B``, the sum over heads of ``|W_O| m |o_D - o_S|``."""
    weights, values = pruning.heads
    errors = pruning_error(weights, values, pruning.kept)
    of_writes = np.linalg.norm(pruning.layer.write, 2, axis=(1, 2))
    return float(of_writes @ np.linalg.norm(errors, axis=1))


def norm_step(layer: PreNormLayer, length: float, bound: float) -> float:
    """``Lip(M) 2 sqrt(d) |g| / (|z|_eps + max(|z|_eps - B, sqrt(d eps)))``."""
    least = max(length - bound, float(np.sqrt(layer.dimension * layer.epsilon)))
    return layer.mlp_lipschitz * 2 * layer.reach / (length + least)


def _layer(pruning: LayerPruning) -> Margin:
    """The vector equality behind B, the attention half, and the whole layer."""
    layer, row = pruning.layer, pruning.row
    full, pruned = pruning.updates
    weights, values = pruning.heads
    errors = pruning_error(weights, values, pruning.kept)
    by_identity = np.einsum("hdk,hk->d", layer.write, errors)
    moved, bound = _length(full - pruned), attention_bound(pruning)
    before, after = row + full, row + pruned
    output = _length(full - pruned + layer.mlp(before) - layer.mlp(after))
    step = norm_step(layer, float(layer.length(before)[0]), bound)
    of_attention = 2 * layer.attention_rounding(len(pruning.kept))
    # Adding the residual costs a unit of it, which the norm divides out again.
    of_mlp = of_attention * (1 + step) + 2 * layer.mlp_rounding()
    relative = 16 * (layer.dimension + 16) * EPS
    halves = (
        settled_margin(moved, bound, 2 * of_attention, relative),
        settled_margin(output, bound * (1 + step), 2 * of_mlp, relative),
    )
    gap = _length(by_identity - (full - pruned)[0])
    return margin_if_equal(gap, 2 * of_attention, Margin.worst(halves))


@dataclass(frozen=True)
class _Passage:
    """The tokens before a layer, behind its attention and behind it."""

    before: Array
    between: Array
    behind: Array

    @classmethod
    def of(cls, layer: PreNormLayer, tokens: Array, bias: Array | float = 0.0) -> Self:
        between = tokens + layer.attention(tokens, tokens, bias)
        return cls(tokens, between, between + layer.mlp(between))

    def rounding(self, layer: PreNormLayer) -> float:
        """Bound on the error of one token behind the layer, from an exact state.

        The norm passes on what the attention lost, relative to the shortest token, and the SwiGLU
        multiplies it; both additions lose a unit.
        """
        of_attention = layer.attention_rounding(len(self.before))
        floor = float(np.sqrt(layer.dimension * layer.epsilon))
        shortest = max(float(layer.length(self.between).min()) - of_attention, floor)
        passed_on = layer.mlp_lipschitz * 2 * layer.reach / shortest * of_attention
        longest = float(np.linalg.norm(self.before, axis=1).max())
        return of_attention + passed_on + layer.mlp_rounding() + 4 * EPS * longest


def stack_factor(layer: PreNormLayer, first: _Passage, second: _Passage) -> float:
    """``Lambda`` of a layer for two states of the same tokens, over both of which it takes maxima.

    First the heads, whose inputs move by at most nu delta, then the SwiGLU.
    """
    lengths = layer.length(first.before) + layer.length(second.before)
    through_norm = 2 * layer.attention_reach / float(lengths.min())
    seen = [layer.normalised(p.before, layer.attention_gain) for p in (first, second)]
    width, factor = np.sqrt(layer.head_width), 0.0
    for query, key, read, write in zip(
        layer.query, layer.key, layer.read, layer.write, strict=True
    ):
        of_query, of_key, of_read, of_write = (
            float(np.linalg.norm(w, 2)) for w in (query, key, read, write)
        )
        of_values, of_keys = (
            max(circumradius(x @ w.T, steps=8)[1] for x in seen) for w in (read, key)
        )
        asking = max(float(np.linalg.norm(x @ query.T, axis=1).max()) for x in seen)
        turned = of_values * (asking * of_key + of_keys * of_query) / width
        factor += of_write * (of_read + turned)
    lengths = layer.length(first.between) + layer.length(second.between)
    of_mlp = layer.mlp_lipschitz * 2 * layer.reach / float(lengths.min())
    return (1 + through_norm * factor) * (1 + of_mlp)


def _stack(pruning: StackPruning) -> Margin:
    """Each layer on its computed input, so that no rounding is carried from layer to layer.

    The pruned network with log-counts against the network on repeated tokens, and that against the
    full one.
    """
    kept, full = pruning.kept, pruning.all_points
    repeated = full[pruning.nearest]
    margins: list[Margin] = []
    for layer in pruning.layers:
        of_full, of_repeated = _Passage.of(layer, full), _Passage.of(layer, repeated)
        pruned = _Passage.of(layer, repeated[kept], pruning.log_counts).behind
        gap = _longest(pruned - of_repeated.behind[kept])
        rounding = 2 * max(p.rounding(layer) for p in (of_full, of_repeated))
        bound = stack_factor(layer, of_full, of_repeated) * _longest(full - repeated)
        relative = 64 * (layer.dimension + 16) * EPS
        moved = _longest(of_full.behind - of_repeated.behind)
        grown = settled_margin(moved, bound, rounding, relative)
        margins.append(margin_if_equal(gap, rounding, grown))
        full, repeated = of_full.behind, of_repeated.behind
    return Margin.worst(margins)


def _longest(vectors: Array) -> float:
    return float(np.linalg.norm(vectors, axis=1).max())


CLAIMS = (
    Claim(
        id="attention.layer",
        title="What pruning changes behind a whole pre-norm layer",
        source="extension; theory 9.6",
        statement=Statement(
            "At one prompt position, z = x + sum over heads of W_O o, y = z + M(RMSNorm(z)), M a "
            "SwiGLU: |z - z_s| <= B = sum of |W_O| m |o_D - o_S|, and |y - y_s| <= B (1 + Lip(M) 2 "
            "sqrt(d) |g|_inf / (|z|_eps + max(|z|_eps - B, sqrt(d eps)))), |z|_eps^2 = |z|^2 + d "
            "eps, Lip(M) = |W_d| rho (1.0999 |W_g| |W_u|_rows + |W_u| |W_g|_rows), rho = sqrt(d) "
            "|g|_inf.",
            sp.And(
                sp.Le(Delta_z, B),
                sp.Le(
                    delta_y,
                    B
                    * (
                        1
                        + Lip(mlp)
                        * 2
                        * sp.sqrt(d)
                        * norm(gain)
                        / (z_norm + sp.Max(z_norm - B, sp.sqrt(d * eps)))
                    ),
                ),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The identity for plain pruning in every head; directions of two vectors differ by at "
            "most twice their distance over the sum of their lengths, with eps as one more "
            "coordinate; a product of two Lipschitz factors is split. The attention half is "
            "close to the truth, the whole is loose by about a hundred."
        ),
        instance_type=LayerPruning,
        margin=_layer,
        tight=True,
        uses=("attention.identity",),
        proof=("attention_layer.py",),
        evidence=(
            Evidence("z3", "all heads at once, the norm step and the split product"),
            Evidence("sympy", "directions of two vectors, the eps as one more coordinate"),
            Evidence("interval", "the slope of SiLU is below 1.0999 on [0, 4]", general=False),
            Evidence("property", "random layers on every cloud and every selection"),
        ),
    ),
    Claim(
        id="attention.stack",
        title="Log-counts in every layer carry the Hausdorff bound through a stack",
        source="repair of Assumption 1; theory 4.6",
        statement=Statement(
            "In a pre-norm stack without positions and masks, pruning with log n_s in every layer "
            "equals the full network on tokens replaced by their nearest kept ones, and the "
            "largest distance delta of a token from its replacement grows by at most the factor "
            "Lambda in each layer: (1 + nu sum of |W_O| [|W_V| + r(U) (Q |W_K| + r(K) |W_Q|)/"
            "sqrt(d_h)]) (1 + Lip(M) 2 sqrt(d) |g_2|_inf / min(|z|_eps + |z~|_eps)), with nu = 2 "
            "sqrt(d) |g_1|_inf / min(|x|_eps + |x~|_eps) and maxima over both networks.",
            sp.Le(delta_next, Lambda * delta),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "A logit raised by log n_s counts as n_s tokens, in every layer since equal tokens "
            "stay equal. Then the longest move, with the query moving too, and the norm and SwiGLU "
            "steps of one layer. It is correct and far from sharp, and does not cover causal masks."
        ),
        instance_type=StackPruning,
        margin=_stack,
        uses=("attention.winf", "attention.layer"),
        proof=("attention_stack.py",),
        evidence=(
            Evidence("z3", "equal tokens stay equal, by induction; each factor of Lambda"),
            Evidence("sympy", "log-counts, and the steps that one layer shares"),
            Evidence("interval", "why maxima over both networks are needed", general=False),
            Evidence("rational", "a causal mask breaks the equivalence", general=False),
            Evidence("property", "one or two random layers on every cloud and selection"),
        ),
    ),
)
