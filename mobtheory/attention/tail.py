"""How fast the attention outside the heaviest tokens falls: a fitted law that truly bounds it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mobtheory.attention.covering_cost import as_importance
from mobtheory.attention.numbers import as_count, as_number
from mobtheory.attention.rows import read_rows
from mobtheory.attention.token_sets import as_token_set
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import to_numpy

Kind = Literal["power", "exponential"]
_FEWEST_COUNTS = 3
_ROUNDING = 1e-12
_LARGEST_LOGARITHM = 700.0
_LAWS: dict[str, Callable[[Any], Any]] = {"power": np.log, "exponential": np.asarray}
"""The law is log tail = log constant - exponent * this(count)."""


@dataclass(frozen=True)
class TailFit:
    """A measured law of the attention mass outside the k heaviest tokens, on a range of counts.

    Parameters
    ----------
    kind : "power" or "exponential"
        constant k^-exponent or constant e^(-exponent k).
    exponent : float
        gamma, or 1 / tau; at least 0, fitted.
    constant : float
        c, the least one with which the law bounds the tail on every count of the range.
    count_range : tuple of int
        Fewest and most tokens; nothing is claimed outside.
    residual : float
        Root mean square error of the fit in log tail.

    Examples
    --------
    >>> law = fit_tail([0.4, 0.2, 0.15, 0.1, 0.08, 0.07])
    >>> law.kind, law.count_range, law.bound(2) >= 0.4
    ('power', (1, 5), True)
    >>> law.bound(6)
    Traceback (most recent call last):
        ...
    mobtheory.errors.InvalidProblem: TailFit.bound: received count=6; count is an integer from 1 \
to 5: the law was measured there only. Pass such a number.
    """

    kind: Kind
    exponent: float
    constant: float
    count_range: tuple[int, int]
    residual: float = 0.0

    def __post_init__(self) -> None:
        called = "TailFit"
        if self.kind not in _LAWS:
            raise InvalidProblem(
                called, f"kind={self.kind!r}", "the law is unknown", f"Use one of {tuple(_LAWS)}."
            )
        as_number(called, "exponent", self.exponent)
        as_number(called, "constant", self.constant, positive=True)
        as_number(called, "residual", self.residual)
        low = as_count(called, "count_range[0]", self.count_range[0], 1, 2**53, why="tokens count")
        as_count(called, "count_range[1]", self.count_range[1], low, 2**53, why="the range ascends")

    def bound(self, count: int) -> float:
        """Evaluate the law at a number of tokens of the range: at least the tail there."""
        low, high = self.count_range
        as_count("TailFit.bound", "count", count, low, high, why="the law was measured there only")
        return self.law(count)

    def law(self, count: float) -> float:
        """Evaluate the law at any number of tokens, a proven bound only within the range."""
        return math.exp(math.log(self.constant) - self.exponent * float(_LAWS[self.kind](count)))


def attention_tail(weights: Any, *, visual: Any = None, importance: Any = None) -> Any:
    """Compute how much attention lies outside the k heaviest visual tokens, for every k.

    Parameters
    ----------
    weights : array of shape (n,), (H, n) or (H, R, n)
        Softmax rows, as in `pruning_error`. Several rows are averaged: tokens are kept for all.
    visual : boolean mask of shape (n,), or distinct token numbers, optional
        The tokens that may be dropped; all by default.
    importance : nonnegative array of shape (), (H,) or (H, R), optional
        The factor lambda of each row in the average; equal by default.

    Returns
    -------
    NumPy float64 array of shape (N + 1,): entry k is the mass of all but the k heaviest of N
    visual tokens; entry 0 is the visual mass m_V.

    Raises
    ------
    InvalidProblem, InvalidSelection
        If the rows are no softmax rows, if `visual` is empty, or if all factors are 0.

    Notes
    -----
    tail_w(k) of extended theory, 9.8; it is summed from the lightest token, so that small tails
    are as precise as large ones.

    Examples
    --------
    >>> attention_tail([0.5, 0.25, 0.125, 0.125], visual=[1, 2, 3]).tolist()
    [0.5, 0.25, 0.125, 0.0]
    """
    called = "attention_tail"
    rows = read_rows(called, weights)
    mask = as_token_set(
        called,
        "visual",
        range(rows.token_count) if visual is None else visual,
        rows.token_count,
        why="without one there is no tail",
    )
    table = to_numpy(rows.weights).reshape(-1, rows.token_count)
    factors = np.broadcast_to(
        np.ravel(to_numpy(as_importance(called, importance, rows))), len(table)
    )
    if not factors.sum() > 0:
        raise InvalidProblem(
            called, f"importance={importance!r:.80}", "some row must count", "Pass positive ones."
        )
    light_first = np.sort((factors / factors.sum()) @ table[:, mask])
    return np.concatenate([np.cumsum(light_first)[::-1], [0.0]])


def fit_tail(
    weights: Any,
    *,
    visual: Any = None,
    importance: Any = None,
    kind: Literal["power", "exponential", "best"] = "power",
    counts: tuple[int, int] | None = None,
) -> TailFit:
    """Fit a power or exponential law to the attention outside the heaviest tokens.

    Parameters
    ----------
    weights, visual, importance
        As in `attention_tail`.
    kind : "power", "exponential" or "best"
        The law; "best" takes the one with the smaller residual, the power law on a tie.
    counts : pair of int, optional
        Fewest and most heaviest tokens of the range; by default from 1 to the last one whose tail
        is not 0.

    Returns
    -------
    TailFit, whose law is at least the tail at every count of its range.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `attention_tail`; also if the kind is unknown, or if fewer than three counts of the
        range have a tail that is not 0.

    Notes
    -----
    tail_w(k) <= c k^-gamma, or <= c e^(-k / tau): gamma and 1 / tau by least squares of the
    logarithm of the tail against log k or k, all counts alike; c is the largest ratio of tail and
    law. Extended theory, 9.8. The exponent is a fitted quantity with its own error.

    Examples
    --------
    >>> weights = [2.0**-k for k in range(1, 20)] + [2.0**-19]
    >>> law = fit_tail(weights, kind="exponential", counts=(1, 18))
    >>> round(law.exponent / math.log(2), 9), round(law.constant, 9)
    (1.0, 1.0)
    """
    called = "fit_tail"
    if kind not in (*_LAWS, "best"):
        raise InvalidProblem(
            called, f"kind={kind!r}", "the law is unknown", f"Use one of {(*_LAWS, 'best')}."
        )
    tails = attention_tail(weights, visual=visual, importance=importance)
    low, high = _range(called, counts, int(np.count_nonzero(tails[1:])))
    numbers = np.arange(low, high + 1)
    kinds: tuple[Kind, ...] = ("power", "exponential") if kind == "best" else (kind,)
    return min(
        (_fit(called, name, numbers, np.log(tails[numbers])) for name in kinds),
        key=lambda law: law.residual,
    )


def _range(called: str, counts: Any, last: int) -> tuple[int, int]:
    if counts is None:
        low, high = 1, last
    else:
        low, high = counts
        why = "the tail is 0 beyond"
        low = as_count(called, "counts[0]", low, 1, max(last, 1), why=why)
        high = as_count(called, "counts[1]", high, low, max(last, low), why=why)
    if high - low + 1 < _FEWEST_COUNTS:
        raise InvalidProblem(
            called,
            f"counts from {low} to {high}, and a tail that is 0 beyond {last}",
            f"a fit needs at least {_FEWEST_COUNTS} counts",
            "Pass more tokens or a wider range.",
        )
    return low, high


def _fit(called: str, kind: Kind, numbers: Any, log_tails: Any) -> TailFit:
    steps = _LAWS[kind](numbers).astype(np.float64)
    centred = steps - steps.mean()
    slope = float(centred @ log_tails / (centred @ centred))
    # The tail never rises; a flat one may look rising by its rounding.
    exponent = max(0.0, -slope)
    errors = log_tails - log_tails.mean() + exponent * centred
    log_constant = float((log_tails + exponent * steps).max())
    if log_constant > _LARGEST_LOGARITHM:
        raise InvalidProblem(
            called,
            f"counts from {numbers[0]} to {numbers[-1]}, where the tail falls by "
            f"e^{log_tails[0] - log_tails[-1]:.4g}",
            f"the constant of a {kind} law of exponent {exponent:.4g} leaves the range of float64",
            "Begin the range at fewer tokens, or fit the other law.",
        )
    allowance = _ROUNDING * (1 + abs(log_constant) + exponent * float(steps.max()))
    return TailFit(
        kind,
        exponent,
        math.exp(log_constant + allowance),
        (int(numbers[0]), int(numbers[-1])),
        math.sqrt(float(np.mean(errors**2))),
    )
