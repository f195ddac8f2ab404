"""attention.layer: the error of plain pruning behind the attention and behind the MLP of a layer.

Statement.    z = x + sum_h W_O^h o^h, y = z + M(RMSNorm(z)) at one prompt position of a pre-norm
              layer, M a SwiGLU; z_s, y_s the same after plain pruning.  With
              |z|_eps = sqrt(|z|^2 + d eps),
              |z - z_s| <= B = sum_h ||W_O^h|| m_h |o_D^h - o_S^h|,
              |y - y_s| <= B (1 + Lip(M) 2 sqrt(d) |g|_inf
                                  / (|z|_eps + max(|z|_eps - B, sqrt(d eps)))),
              Lip(M) = ||W_d|| rho (1.0999 ||W_g|| ||W_u||_row + ||W_u|| ||W_g||_row),
              rho = sqrt(d) |g|_inf, ||W||_row the largest row norm.
Assumptions.  Any number of heads and tokens; m_h < 1 the weight of the dropped tokens in head h,
              o_D, o_S the means over dropped and kept tokens; d eps > 0; x is not pruned.

Proof.
  1. o = (1 - m) o_S + m o_D, so o - o_S = m (o_D - o_S) in each head, and z - z_s is the sum of
     m_h W_O^h (o_D^h - o_S^h) as a vector.
  2. The norm of the sum is at most B.
  3. |x/|x| - y/|y|| <= 2 |x - y|/(|x| + |y|), and RMSNorm is sqrt(d) g times the unit vector of z
     with one more coordinate sqrt(d eps).
  4. |z_s|_eps >= max(|z|_eps - B, sqrt(d eps)).
  5. M splits into a change of the gate and a change of the other factor; |SiLU(t)| <= |t| and
     |SiLU'| <= 1.0999 everywhere, by interval arithmetic on [0, 4], an elementary bound from there
     on, and SiLU'(-t) = 1 - SiLU'(t).
  6. y - y_s = (z - z_s) + the change of M.
  7. The first bound is reached by one head.  As for the second, |z_s|_eps is |z|_eps - B in the
     limit eps -> 0 if z_s = (1 - B/|z|) z, and sqrt(d eps) if z_s = 0; for |z_s| = |z| and B -> 0
     RMSNorm moves by all that is allowed, and an M that stretches this move by Lip(M), along
     z - z_s, would reach the bound.  (For a SwiGLU Lip(M) itself is an upper bound.)
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import B, Delta_z, Lip, d, delta_y, eps, gain, mlp, norm, z_norm

from .algebra import vanishes
from .finite_sums import check_totals, rest_on_induction
from .pre_norm import (
    check_norm_after,
    check_residual,
    check_rms_norm,
    check_swiglu,
    longer_than,
    moves_by,
)
from .projections import rest_on_projections
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    numbers = constants("attention.layer", _form)
    of_attention, alone, with_mlp, power, of_norm, of_bound, of_d, of_eps = map(
        sp.Rational, numbers
    )
    rest_on_projections(steps)
    rest_on_induction(steps)
    _check_heads(steps, numbers[0])
    check_rms_norm(steps, d**power, d**of_d * eps**of_eps)
    check_norm_after(steps)
    check_swiglu(steps)
    check_residual(steps)
    _check_layer(steps, *numbers[1:3], *numbers[4:6])
    _check_attention_reached(steps, of_attention)
    _check_norm_reached(steps, of_bound, d**of_d * eps**of_eps)
    _check_whole_reached(steps, alone, with_mlp, of_norm, of_bound)
    return steps.result()


def _form(
    of_attention: sp.Expr,
    alone: sp.Expr,
    with_mlp: sp.Expr,
    power: sp.Expr,
    of_norm: sp.Expr,
    of_bound: sp.Expr,
    of_d: sp.Expr,
    of_eps: sp.Expr,
) -> sp.Basic:
    least = sp.Max(z_norm - of_bound * B, d**of_d * eps**of_eps)
    rho = d**power * norm(gain)
    whole = _whole(alone, with_mlp, of_norm, B, Lip(mlp) * rho, z_norm, least)
    return sp.And(sp.Le(Delta_z, of_attention * B), sp.Le(delta_y, whole))


def _whole(
    alone: Any, with_mlp: Any, of_norm: Any, bound: Any, slope: Any, norm: Any, least: Any
) -> Any:
    return bound * (alone + with_mlp * slope / (of_norm * norm + least))


def _check_heads(steps: Steps, of_attention: Fraction) -> None:
    w, u = z3.Reals("w u")
    kept = z3.Bool("kept")
    check_totals(
        steps,
        "sum w u is the sum over dropped tokens plus that over kept ones, and so is sum w",
        lambda total, dropped, rest, mass, m, other: z3.And(
            total == dropped + rest, mass == m + other
        ),
        [f for x in (w * u, w) for f in (x, z3.If(kept, 0, x), z3.If(kept, x, 0))],
    )
    m, o_d, o_s = sp.symbols("m o_D o_S")
    steps.check(
        "sympy",
        "o = m o_D + (1 - m) o_S gives o - o_S = m (o_D - o_S)",
        vanishes(m * o_d + (1 - m) * o_s - o_s - m * (o_d - o_s)),
    )
    projected, weight, gap, matrix = z3.Reals("<e,W_O(o_D-o_S)> m |o_D-o_S| ||W_O||")
    check_totals(
        steps,
        f"projections of z - z_s = sum_h W_O^h m_h (o_D^h - o_S^h) are at most {of_attention} B",
        lambda moved, bound: z3.And(moved <= of_attention * bound, -moved <= of_attention * bound),
        [weight * projected, matrix * weight * gap],
        [weight >= 0, projected <= matrix * gap, -projected <= matrix * gap],
    )


def _check_layer(
    steps: Steps, alone: Fraction, with_mlp: Fraction, of_norm: Fraction, of_bound: Fraction
) -> None:
    gap, bound, after, slope, rho, norm, norm_s, last, least = z3.Reals(
        "|z-z_s| B |y-y_s| Lip(M) rho |z|_eps |z_s|_eps sqrt(d*eps) least"
    )
    left = norm - of_bound * bound
    steps.check(
        "z3",
        f"|y - y_s| <= B ({alone} + Lip(M) {with_mlp} rho/({of_norm} |z|_eps + max(|z|_eps - "
        f"{of_bound} B, sqrt(d eps))))",
        valid(
            after <= _whole(alone, with_mlp, of_norm, bound, slope * rho, norm, least),
            [
                *(slope >= 0, rho >= 0, norm > 0, last > 0, gap >= 0, gap <= bound),
                least == z3.If(left >= last, left, last),
                longer_than(norm_s, norm, bound, last),
                moves_by(after, gap, slope, rho, norm + norm_s),
            ],
        ),
    )


def _check_attention_reached(steps: Steps, of_attention: sp.Expr) -> None:
    matrix, m, gap, o_s = sp.symbols("W_O m |o_D-o_S| o_S", positive=True)
    error = m * (o_s + gap) + (1 - m) * o_s - o_s
    steps.check(
        "sympy",
        f"one head of width 1: z - z_s = {of_attention} W_O m |o_D - o_S|",
        vanishes(matrix * error - of_attention * matrix * m * gap),
    )


def _check_norm_reached(steps: Steps, of_bound: sp.Expr, last: sp.Expr) -> None:
    left, lost = sp.symbols("|z|-B B", positive=True)
    after, before = (sp.sqrt(z**2 + d * eps) for z in (left, left + lost))
    steps.check(
        "sympy",
        f"z_s = (1 - B/|z|) z: |z_s|_eps tends to |z|_eps - {of_bound} B as eps -> 0; z_s = 0: it "
        f"is {last}",
        vanishes(sp.limit(after - (before - of_bound * lost), eps, 0, "+"))
        and vanishes(after.subs(left, 0) - last),
    )


def _check_whole_reached(
    steps: Steps, alone: sp.Expr, with_mlp: sp.Expr, of_norm: sp.Expr, of_bound: sp.Expr
) -> None:
    bound, slope, rho, length = sp.symbols("B Lip(M) rho |z|_eps", positive=True)
    of_norms = rho * bound / length  # |z_s|_eps = |z|_eps
    reached = (bound + slope * of_norms) / bound
    least = length - of_bound * bound
    whole = _whole(alone, with_mlp, of_norm, bound, slope * rho, length, least)
    steps.check(
        "sympy",
        "|z_s| = |z|, B -> 0: RMSNorm moves by rho B/|z|_eps, and (B + Lip(M) rho B/|z|_eps)/B is "
        "the limit of the bound over B",
        vanishes(reached - sp.limit(whole / bound, bound, 0, "+")),
    )
