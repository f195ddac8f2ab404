"""The worst case over all values: of plain pruning, and of the best reweighting."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mobtheory.attention import (
    merge_error,
    minimax_plain_error,
    pruning_error,
    weighted_covering_cost,
)
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import EPS, RowPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import W_1, Delta_o, Phi, S, least_transport, m, r, sup, w, w_tilde
from mobtheory.claims.verdict import Verdict

Array = NDArray[np.float64]


def _minimax_plain(row: RowPruning) -> Margin:
    """Values r on what is dropped and -r on what is kept attain 2 r m; no others in the ball do.

    r holds all values of the row; on exact rows it is a power of 2 beyond them. No selection of as
    many visual tokens has a smaller worst case than the heaviest ones.
    """
    radius = row.size or 1.0
    if row.exact:
        radius = float(np.exp2(np.floor(np.log2(radius)) + 1))
    worst = float(minimax_plain_error(row.weights, row.kept, radius))
    attained = _error(row, np.where(row.kept, -radius, radius)[:, None])
    drawn = max(_error(row, row.values), _error(row, radius * row.in_ball))
    visual = row.weights[: row.problem.visual_count]
    lightest = np.sort(visual)[: len(visual) - len(row.selection.indices)]
    # Where nothing is dropped nothing moves, and nothing rounds.
    of_values = row.value_rounding(size=radius) if worst > 0 else 0.0
    rounding = 0.0 if row.exact else of_values
    return Margin.worst(
        (
            Margin(worst, attained, rounding),
            Margin(attained, 2 * radius * row.dropped_mass, rounding),
            Margin(2 * radius * float(lightest.sum()), worst, rounding),
            Margin(drawn, worst, of_values),
        )
    )


def _error(row: RowPruning, values: Array) -> float:
    return float(np.linalg.norm(pruning_error(row.weights, values, row.kept)))


def _minimax_reweighted(row: RowPruning) -> Margin:
    """Phi between what the best reweighting loses on Lipschitz values and what every one may lose.

    Lipschitz values are the distances to each token, all of them at once. The distance to what is
    kept is Lipschitz too, and vanishes there, so that every reweighting loses Phi on it.
    """
    weights, kept, distances, sharp = row.weights, row.kept, row.distances, row.to_kept
    cost = float(weighted_covering_cost(weights, distances, kept))
    by_definition = float(weights @ sharp)
    lipschitz = np.column_stack([distances, sharp])
    of_best = np.abs(merge_error(weights, lipschitz, kept, row.nearest, bias="oracle"))
    of_plain = float(np.abs(pruning_error(weights, sharp[:, None], kept))[0])
    slopes = np.abs(sharp[:, None] - sharp[None]) - distances
    rounding = row.rounding(terms=3) + 8 * (len(weights) + 8) * EPS * float(distances.max())
    if row.exact and row.problem.rounding == 0:
        rounding = 0.0
    return Margin.worst(
        (
            Margin(cost, of_plain, rounding),
            Margin(of_plain, float(of_best[-1]), rounding),
            Margin(float(of_best.max()), cost, rounding),
            Margin(abs(cost - by_definition), 0.0, rounding),
            Margin(max(float(slopes.max()), 0.0), 0.0, rounding),
        )
    )


CLAIMS = (
    Claim(
        id="attention.minimax-plain",
        title="What plain pruning can cost at worst",
        source="extension; theory 9.2",
        statement=Statement(
            "With the weights fixed and all values, kept, dropped and prompt, anywhere in a ball "
            "of radius r, the largest |o - o_S| is 2 r m; so keeping the heaviest tokens is "
            "minimax-optimal for plain pruning.",
            sp.Eq(sup(Delta_o), 2 * r * m),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The two means in m (o_D - o_S) lie in the ball, so they are at most 2 r apart, and "
            "opposite values reach it. In this worst case alignment is everything and covering "
            "is worth nothing; known prompt values change that."
        ),
        instance_type=RowPruning,
        margin=_minimax_plain,
        tight=True,
        uses=("attention.identity",),
        proof=(
            "attention_minimax_plain.py",
            "coq/MinimaxPlain.v:minimax_plain",
            "coq/MinimaxPlain.v:minimax_plain_heaviest",
        ),
        evidence=(
            Evidence(
                "z3", "means of points of a ball, any norm, by induction; the heaviest tokens"
            ),
            Evidence("sympy", "opposite values reach 2 r m"),
            Evidence(
                "rational",
                "4 tokens, values -1, 0, 1; with a known prompt value the heaviest can be worst",
                general=False,
            ),
            Evidence("coq", "every norm and centre, and the heaviest tokens"),
            Evidence("property", "opposite values, drawn values and values in the ball"),
        ),
    ),
    Claim(
        id="attention.minimax-reweighted",
        title="What the best reweighting can cost at worst",
        source="extension; theory 9.3",
        statement=Statement(
            "Over all weights w~ of total 1 on the kept tokens the worst error on 1-Lipschitz "
            "values is W_1(w, w~), and its least value is Phi(S) = sum of w_v dist(v, S + P), "
            "reached by the bias log(a_s/w_s), a_s the mass nearest to s.",
            sp.Eq(least_transport(W_1(w, w_tilde)), Phi(S)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "Mass w_v travels at least its distance to what is kept, the nearest assignment does "
            "no more, and the 1-Lipschitz values dist(., S + P) lose it. That W_1 is the worst "
            "error for other weights too is the duality of Kantorovich and Rubinstein. "
            "Attention and distance are multiplied token by token, neither added nor maximised."
        ),
        instance_type=RowPruning,
        margin=_minimax_reweighted,
        tight=True,
        proof=(
            "attention_minimax_reweighted.py",
            "coq/MinimaxReweighted.v:minimax_reweighted",
            "coq/MinimaxReweighted.v:minimax_transport",
            "coq/MinimaxReweighted.v:merge_bias_ratio",
        ),
        evidence=(
            Evidence("z3", "every transport plan costs at least Phi, any metric, by induction"),
            Evidence("sympy", "the bias gives the mass nearest to each kept token"),
            Evidence("z3", "closed forms on 4 tokens, 2 of them kept: every plan", general=False),
            Evidence("rational", "4 tokens on a line, 2 of them kept", general=False),
            Evidence(
                "coq", "as worst error over Lipschitz values and as transport plan, finite supports"
            ),
            Evidence("property", "all distance functions; a linear program on small rows"),
        ),
    ),
)
