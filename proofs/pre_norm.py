"""The second half of a pre-norm layer, y = z + M(RMSNorm(z)) with a SwiGLU M.

Statement.  |z|_eps = sqrt(|z|^2 + d eps), rho = sqrt(d) |g|_inf, ||W||_row the largest row norm:
    |RMSNorm(z) - RMSNorm(z')| <= 2 rho |z - z'| / (|z|_eps + |z'|_eps),
    |M(n) - M(n')| <= ||W_d|| rho (1.0999 ||W_g|| ||W_u||_row + ||W_u|| ||W_g||_row) |n - n'|
for n, n' of norm at most rho, as the outputs of RMSNorm are.
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.pre_norm import SILU_SLOPE as REGISTERED_SLOPE
from mobtheory.claims.symbols import d, eps

from .algebra import positive, vanishes
from .finite_sums import check_totals
from .intervals import enclosure, interval, is_below
from .solver import valid, z3
from .steps import Steps

NORM_FACTOR = 2
"""``|x/|x| - y/|y|| <= NORM_FACTOR |x - y| / (|x| + |y|)``."""

SILU_SLOPE = Fraction(str(REGISTERED_SLOPE))
"""The bound of the slope of SiLU that the claims compute with, as the decimal 1.0999."""

LENGTH, LAST = sp.sqrt(d), sp.sqrt(d * eps)
"""What RMSNorm multiplies a unit vector by, and the coordinate that eps adds to it."""

_TAIL = 4  # from there on an elementary bound of the slope is small enough

_t = sp.Symbol("t", real=True)
_sigmoid = 1 / (1 + sp.exp(-_t))
_slope = sp.diff(_t * _sigmoid, _t)


def norm_slope(rho: Any, norms: Any) -> Any:
    """What RMSNorm multiplies distances by at most, `norms` the sum of |z|_eps and |z'|_eps."""
    return NORM_FACTOR * rho / norms


def swiglu_slope(down: Any, gate: Any, up: Any, gate_row: Any, up_row: Any, rho: Any) -> Any:
    """``Lip(M)`` from the norms and the largest row norms of the matrices."""
    return down * rho * (SILU_SLOPE * gate * up_row + up * gate_row)


def longer_than(after: Any, before: Any, gap: Any, last: Any) -> Any:
    """What `check_norm_after` proves of ``|z_s|_eps``."""
    return z3.And(after >= before - gap, after >= last)


def moves_by(after: Any, gap: Any, slope: Any, rho: Any, norms: Any) -> Any:
    """What `check_residual` proves: ``|y - y'| <= |z - z'| (1 + Lip(M) nu)``."""
    return after <= gap * (1 + slope * norm_slope(rho, norms))


def check_rms_norm(steps: Steps, length: sp.Expr = LENGTH, last: sp.Expr = LAST) -> None:
    """The slope of RMSNorm, the norm of its outputs."""
    p, q, c = sp.symbols("p q c", real=True)
    apart, of_units = p**2 - 2 * p * q * c + q**2, 2 - 2 * c  # |p a - q b|^2, |a - b|^2
    steps.check(
        "sympy",
        "x = p a, y = q b with unit vectors, <a, b> = c: |x - y|^2 = (p - q)^2 + p q |a - b|^2 = "
        f"((p + q)/{NORM_FACTOR})^2 |a - b|^2 + (p - q)^2 (1 - |a - b|^2/4)",
        vanishes(apart - (p - q) ** 2 - p * q * of_units)
        and vanishes(
            apart - ((p + q) / NORM_FACTOR) ** 2 * of_units - (p - q) ** 2 * (1 - of_units / 4)
        ),
    )
    x, y, units, gap = z3.Reals("|x| |y| |a-b| |x-y|")
    left = (x - y) * (x - y) * (1 - units * units / 4)
    steps.check(
        "z3",
        f"|a - b|^2 = 2 - 2 c <= 4, so |a - b| <= {NORM_FACTOR} |x - y|/(|x| + |y|)",
        valid(
            units <= NORM_FACTOR * gap / (x + y),
            [
                *(x > 0, y > 0, units >= 0, gap >= 0, units <= 2),
                gap * gap == ((x + y) * units / NORM_FACTOR) ** 2 + left,
            ],
        ),
    )
    steps.check(
        "sympy",
        "equality for opposite vectors, c = -1",
        vanishes((apart * NORM_FACTOR**2 - of_units * (p + q) ** 2).subs(c, -1)),
    )
    z, square = sp.symbols("z |z|^2", positive=True)
    steps.check(
        "sympy",
        f"z/sqrt(|z|^2/d + eps) = {length} z/|z|_eps, |z|_eps the norm of z with one coordinate "
        f"{last} more",
        vanishes(z / sp.sqrt(square / d + eps) - length * z / sp.sqrt(square + d * eps))
        and vanishes(last**2 - d * eps),
    )
    gain, largest, v = z3.Reals("g |g|_inf v")
    is_last = z3.Bool("last")
    check_totals(
        steps,
        "|g v|^2 <= |g|_inf^2 |v|^2, sums over coordinates; without the last one v is no longer",
        lambda scaled, all_but_last, plain: z3.And(
            scaled <= largest * largest * plain, all_but_last <= plain
        ),
        [gain * v * gain * v, z3.If(is_last, 0, v * v), v * v],
        [gain <= largest, -gain <= largest],
    )
    norm, end, full = z3.Reals("|z| sqrt(d*eps) |z|_eps")
    steps.check(
        "z3",
        "|z| <= |z|_eps, so the outputs have norm at most rho = sqrt(d) |g|_inf",
        valid(
            norm / full <= 1,
            [norm >= 0, end > 0, full > 0, full * full == norm * norm + end * end],
        ),
    )


def check_norm_after(steps: Steps) -> None:
    """``|z_s|_eps >= max(|z|_eps - B, sqrt(d eps))``."""
    before, after, gap, moved, last, norm = z3.Reals(
        "|z|_eps |z_s|_eps B |z-z_s| sqrt(d*eps) |z_s|"
    )
    steps.rests_on("the norm of R^(d+1) obeys the triangle inequality")
    steps.check(
        "z3",
        "|z - z_s| <= B gives |z_s|_eps >= |z|_eps - B, and |z_s|_eps >= sqrt(d eps) in any case",
        valid(
            longer_than(after, before, gap, last),
            [
                *(before <= after + moved, moved <= gap, after >= 0, last > 0, norm >= 0),
                after * after == norm * norm + last * last,
            ],
        ),
    )


def check_swiglu(steps: Steps) -> None:
    """The slope of ``n -> W_d (SiLU(W_g n) * W_u n)`` on the ball of radius rho."""
    _check_silu(steps)
    alpha, beta, u, v = sp.symbols("alpha beta u v")
    steps.check(
        "sympy",
        "alpha u - beta v = (alpha - beta) u + beta (u - v), alpha = SiLU(W_g n), u = W_u n",
        vanishes(alpha * u - beta * v - (alpha - beta) * u - beta * (u - v)),
    )
    f, g, c = z3.Reals("f g c")
    check_totals(
        steps,
        "|f_i| <= c |g_i| for each coordinate gives |f|^2 <= c^2 |g|^2",
        lambda of_f, of_g: of_f <= c * c * of_g,
        [f * f, g * g],
        [c >= 0, z3.Or(f <= c * g, f <= -c * g), z3.Or(-f <= c * g, -f <= -c * g)],
    )
    size, other = z3.Reals("|f| |g|")
    steps.check(
        "z3",
        "so |f| <= c |g|",
        valid(
            size <= c * other,
            [c >= 0, size >= 0, other >= 0, size * size <= c * c * other * other],
        ),
    )
    steps.rests_on("a coordinate of W n is at most a row norm of W times |n| (Cauchy-Schwarz)")
    w_d, w_g, w_u, row_g, row_u, rho, gap, first, second, whole = z3.Reals(
        "|W_d| |W_g| |W_u| |W_g|_row |W_u|_row rho |n-n'| first second whole"
    )
    signs = [x >= 0 for x in (w_d, w_g, w_u, row_g, row_u, rho, gap)]
    steps.check(
        "z3",
        f"the first part is at most ||W_u||_row rho {float(SILU_SLOPE)} ||W_g|| |n - n'|, the "
        "second ||W_g||_row rho ||W_u|| |n - n'|: together the slope of M",
        valid(
            whole <= swiglu_slope(w_d, w_g, w_u, row_g, row_u, rho) * gap,
            [
                *signs,
                first <= (row_u * rho) * (SILU_SLOPE * (w_g * gap)),
                second <= (row_g * rho) * (w_u * gap),
                whole <= w_d * (first + second),
            ],
        ),
    )


def _check_silu(steps: Steps) -> None:
    decay, t = z3.Reals("e^-t t")
    steps.check(
        "z3",
        "SiLU(t) = t/(1 + e^-t) has |SiLU(t)| <= |t|",
        valid(
            z3.And(
                z3.Implies(t >= 0, z3.And(t / (1 + decay) >= 0, t / (1 + decay) <= t)),
                z3.Implies(t < 0, z3.And(t <= t / (1 + decay), t / (1 + decay) <= 0)),
            ),
            [decay > 0],
        ),
    )
    x = sp.Symbol("x", positive=True)
    steps.check(
        "sympy",
        "SiLU' = sigma (1 + t (1 - sigma)) is positive for t >= 0, and SiLU'(-t) = 1 - SiLU'(t)",
        vanishes(_slope - _sigmoid * (1 + _t * (1 - _sigmoid)))
        and positive(_slope.subs(_t, x))
        and vanishes(_slope.subs(_t, -_t) + _slope - 1),
    )
    text = str(float(SILU_SLOPE))
    steps.check(
        "interval",
        f"SiLU' < {text} on [0, {_TAIL}]",
        is_below(_slope, _t, SILU_SLOPE, Fraction(0), Fraction(_TAIL)),
    )
    steps.check(
        "z3",
        "SiLU'(t) <= 1 + t e^-t for t >= 0",
        valid(
            1 / (1 + decay) + t * decay / ((1 + decay) * (1 + decay)) <= 1 + t * decay,
            [decay > 0, t >= 0],
        ),
    )
    tail = 1 + _t * sp.exp(-_t)
    steps.check(
        "sympy",
        "which falls for t > 1, its derivative is (1 - t) e^-t",
        positive(-sp.diff(tail, _t).subs(_t, 1 + x)),
    )
    at_end = enclosure(tail, _t)(interval(_TAIL))
    steps.check(
        "interval",
        f"and is below {text} at {_TAIL}, so SiLU' < {text} from there on",
        bool(at_end.b < interval(SILU_SLOPE).a),
    )
    slope, mirrored = z3.Reals("SiLU'(t) SiLU'(-t)")
    steps.check(
        "z3",
        f"so |SiLU'| <= {text} everywhere",
        valid(
            z3.And(mirrored <= SILU_SLOPE, -mirrored <= SILU_SLOPE),
            [slope > 0, slope < SILU_SLOPE, mirrored == 1 - slope],
        ),
    )
    near = enclosure(_slope, _t)(interval(Fraction(24, 10)))
    steps.check(
        "interval",
        "four decimals cannot be fewer: SiLU'(2.4) exceeds the bound less 0.0001",
        bool(near.a > interval(SILU_SLOPE - Fraction(1, 10000)).b),
    )
    steps.rests_on("a function whose slope is at most c is c-Lipschitz (mean value inequality)")


def check_residual(steps: Steps) -> None:
    """``|y - y'| <= |z - z'| (1 + Lip(M) 2 rho/(|z|_eps + |z'|_eps))``."""
    steps.rests_on("|a + b| <= |a| + |b| for vectors")
    gap, of_norms, after, slope, rho, first, second = z3.Reals(
        "|z-z'| |n-n'| |y-y'| Lip(M) rho |z|_eps |z'|_eps"
    )
    steps.check(
        "z3",
        f"|y - y'| <= |z - z'| (1 + Lip(M) {NORM_FACTOR} sqrt(d) |g|_inf/(|z|_eps + |z'|_eps))",
        valid(
            moves_by(after, gap, slope, rho, first + second),
            [
                *(slope >= 0, rho >= 0, gap >= 0, first > 0, second > 0),
                of_norms <= norm_slope(rho, first + second) * gap,
                after <= gap + slope * of_norms,
            ],
        ),
    )
