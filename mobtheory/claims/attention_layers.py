"""From one head to a pre-norm layer, and from a layer to a stack."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mobtheory.attention import (
    attention_bound,
    layer_bound,
    layer_error,
    pruning_error,
    rms_norm_slope,
    stack_factor,
    swiglu_lipschitz,
)
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


def _layer(pruning: LayerPruning) -> Margin:
    """Both halves of the shipped bound; and z - z_s by the identity, Lip(M) by its definition."""
    layer, row = pruning.layer, pruning.row
    full, pruned = pruning.updates
    errors = pruning_error(*pruning.heads, pruning.kept)
    bound = float(attention_bound(errors, layer.write))
    before, after = row + full, row + pruned
    moved = _length(full - pruned)
    output = _length(full - pruned + layer.mlp(before) - layer.mlp(after))
    slope = swiglu_lipschitz(layer.gate, layer.up, layer.down, layer.mlp_gain)
    whole = layer_bound(
        bound, before[0], mlp_lipschitz=slope, gain=layer.mlp_gain, epsilon=layer.epsilon
    )
    of_attention = 2 * layer.attention_rounding(len(pruning.kept))
    # What the attention lost is passed on by the same factor; the norm divides out the residual.
    factor = whole / bound if bound > 0 else 1.0
    of_mlp = of_attention * factor + 2 * layer.mlp_rounding()
    relative = 64 * (layer.dimension + 16) * EPS
    halves = (
        settled_margin(moved, bound, 2 * of_attention, relative),
        settled_margin(output, whole, 2 * of_mlp, relative),
    )
    identity = _length(layer_error(errors, layer.write) - (full - pruned)[0])
    apart = identity + abs(slope - layer.mlp_lipschitz)
    allowance = 2 * of_attention + relative * layer.mlp_lipschitz
    return margin_if_equal(apart, allowance, Margin.worst(halves))


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


def _factor(layer: PreNormLayer, first: _Passage, second: _Passage) -> float:
    """``Lambda`` of a layer, with maxima over two states of the same tokens."""
    seen = [layer.normalised(p.before, layer.attention_gain) for p in (first, second)]
    value_radius, key_radius = (
        np.array([max(circumradius(x @ w.T, steps=8)[1] for x in seen) for w in matrices])
        for matrices in (layer.read, layer.key)
    )
    query_length = np.array([max(_longest(x @ w.T) for x in seen) for w in layer.query])
    before = layer.length(first.before) + layer.length(second.before)
    between = layer.length(first.between) + layer.length(second.between)
    return stack_factor(
        attention_slope=rms_norm_slope(layer.attention_gain, float(before.min())),
        mlp_lipschitz=swiglu_lipschitz(layer.gate, layer.up, layer.down, layer.mlp_gain),
        mlp_slope=rms_norm_slope(layer.mlp_gain, float(between.min())),
        output=layer.write,
        value=layer.read,
        key=layer.key,
        query=layer.query,
        value_radius=value_radius,
        key_radius=key_radius,
        query_length=query_length,
    )


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
        bound = _factor(layer, of_full, of_repeated) * _longest(full - repeated)
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
            "eps, eps > 0, Lip(M) = |W_d| rho (1.0999 |W_g| |W_u|_rows + |W_u| |W_g|_rows), rho = "
            "sqrt(d) |g|_inf.",
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
            "reached, which is all that `tight` says; the whole is loose where the MLP is steep."
        ),
        instance_type=LayerPruning,
        margin=_layer,
        tight=True,
        uses=("attention.identity",),
        proof=(
            "attention_layer.py",
            "coq/Layer.v:layer",
        ),
        evidence=(
            Evidence("z3", "all heads at once, the norm step and the split product"),
            Evidence("sympy", "directions of two vectors, the eps as one more coordinate"),
            Evidence("interval", "the slope of SiLU is below 1.0999 on [0, 4]", general=False),
            Evidence("coq", "both bounds and the identity, Euclidean norms"),
            Evidence("property", "random layers on every cloud and every selection"),
        ),
    ),
    Claim(
        id="attention.stack",
        title="Log-counts in every layer carry the Hausdorff bound through a stack",
        source="repair of Assumption 1; theory 4.6",
        statement=Statement(
            "In a pre-norm stack with eps > 0, no positions and no masks, pruning with log n_s in "
            "every layer equals the full network on tokens replaced by their nearest kept ones, "
            "and the largest distance delta of a token from its replacement grows by at most the "
            "factor Lambda in each layer: (1 + nu sum of |W_O| [|W_V| + r(U) (Q |W_K| + r(K) |W_Q|)"
            "/sqrt(d_h)]) (1 + Lip(M) 2 sqrt(d) |g_2|_inf / min(|z|_eps + |z~|_eps)), with nu = 2 "
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
        proof=(
            "attention_stack.py",
            "coq/Stack.v:stack",
            "coq/Stack.v:pruned_is_full_on_replaced",
            "coq/Stack.v:one_layer",
        ),
        evidence=(
            Evidence("z3", "equal tokens stay equal, by induction; each factor of Lambda"),
            Evidence("sympy", "log-counts, and the steps that one layer shares"),
            Evidence("interval", "why maxima over both networks are needed", general=False),
            Evidence("rational", "a causal mask breaks the equivalence", general=False),
            Evidence("coq", "any number of layers, heads and tokens, Euclidean norms"),
            Evidence("property", "one or two random layers on every cloud and selection"),
        ),
    ),
)
