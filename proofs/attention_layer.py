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
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import B, Delta_z, Lip, d, delta_y, eps, gain, mlp, norm, z_norm

from .algebra import vanishes
from .derived_statement import check_registered
from .finite_sums import check_totals, rest_on_induction
from .pre_norm import (
    NORM_FACTOR,
    check_norm_after,
    check_residual,
    check_rms_norm,
    check_swiglu,
)
from .projections import rest_on_projections
from .solver import valid, z3
from .steps import Steps

_STEP = (
    Lip(mlp)
    * NORM_FACTOR
    * sp.sqrt(d)
    * norm(gain)
    / (z_norm + sp.Max(z_norm - B, sp.sqrt(d * eps)))
)
STATEMENT = sp.And(sp.Le(Delta_z, B), sp.Le(delta_y, B * (1 + _STEP)))


def prove() -> ProofResult:
    steps = Steps()
    rest_on_projections(steps)
    rest_on_induction(steps)
    _check_heads(steps)
    check_rms_norm(steps)
    check_norm_after(steps)
    check_swiglu(steps)
    check_residual(steps)
    _check_layer(steps)
    check_registered(steps, "attention.layer", STATEMENT)
    return steps.result()


def _check_heads(steps: Steps) -> None:
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
        "the projections of z - z_s = sum_h W_O^h m_h (o_D^h - o_S^h) are at most B",
        lambda moved, bound: z3.And(moved <= bound, -moved <= bound),
        [weight * projected, matrix * weight * gap],
        [weight >= 0, projected <= matrix * gap, -projected <= matrix * gap],
    )


def _check_layer(steps: Steps) -> None:
    gap, bound, after, slope, rho, norm, norm_s, last, least = z3.Reals(
        "|z-z_s| B |y-y_s| Lip(M) rho |z|_eps |z_s|_eps sqrt(d*eps) least"
    )
    steps.check(
        "z3",
        "|z - z_s| <= B and |z_s|_eps >= max(|z|_eps - B, sqrt(d eps)) give the bound of y - y_s",
        valid(
            after <= bound * (1 + slope * NORM_FACTOR * rho / (norm + least)),
            [
                *(slope >= 0, rho >= 0, norm > 0, last > 0, gap >= 0, gap <= bound),
                least == z3.If(norm - bound >= last, norm - bound, last),
                norm_s >= least,
                after <= gap * (1 + slope * NORM_FACTOR * rho / (norm + norm_s)),
            ],
        ),
    )
