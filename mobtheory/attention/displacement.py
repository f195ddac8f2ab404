"""How far one head moves when its tokens move: the constants of the repaired metrics."""

import math
from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, require_together
from mobtheory.attention.numbers import as_number
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import describe, to_float64


def logit_lipschitz(query: Any, key_projection: Any) -> float:
    """Compute the Lipschitz constant of the logits of one query in the tokens.

    Parameters
    ----------
    query : array of shape (d_h,)
    key_projection : array of shape (d_h, d), W_K

    Returns
    -------
    float, A.

    Raises
    ------
    InvalidProblem
        If an array is invalid, or if the shapes do not fit.

    Notes
    -----
    A = ||W_K^T q|| / sqrt(d_h), for the logits s(x) = <q, W_K x> / sqrt(d_h); extended theory,
    section 4. It is the exact constant for an unmoved query.

    Examples
    --------
    >>> logit_lipschitz([1.0, 2.0, 2.0, 0.0], [[2.0], [0.0], [0.0], [7.0]])
    1.0
    """
    called = "logit_lipschitz"
    query = as_real(called, "query", query, (1,))
    matrix = as_real(called, "key_projection", key_projection, (2,))
    require_together(called, ("query", query), ("key_projection", matrix))
    if matrix.shape[0] != query.shape[0]:
        raise InvalidProblem(
            called,
            f"{describe('query', query)}; {describe('key_projection', matrix)}",
            "the projection has shape (d_h, d) for a query of shape (d_h,)",
            "Transpose it, or cut out the rows of this head.",
        )
    xp = api.array_namespace(query)
    moved = xp.matmul(
        to_float64(called, "query", query), to_float64(called, "key_projection", matrix)
    )
    return float(xp.linalg.vector_norm(moved)) / math.sqrt(query.shape[0])


def displacement_constant(value_norm: float, logit_slope: float, radius: float) -> float:
    """Bound how much one head stretches the largest displacement of a token.

    Parameters
    ----------
    value_norm : float
        ||W_V||; `spectral_norm`.
    logit_slope : float
        A; `logit_lipschitz`.
    radius : float
        r_U, the `circumradius` of the values before the move or after it: either one suffices, so
        take the smaller. Merging into kept tokens never raises it.

    Returns
    -------
    float, C = ||W_V|| + A r_U.

    Raises
    ------
    InvalidProblem
        If a number is negative or not finite.

    Notes
    -----
    ||o - o~|| <= C delta if every token moves by at most delta (W_inf); hence also
    C d_H(X, X_s) for pruning with the log-count bias, where tokens move to their nearest kept one.
    No exponential. Extended theory, 4.4 (b) and (c). `displacement_bound` is sharper.

    Examples
    --------
    >>> displacement_constant(1.0, 2.0, 3.0)
    7.0
    """
    called = "displacement_constant"
    norm = as_number(called, "value_norm", value_norm)
    slope = as_number(called, "logit_slope", logit_slope)
    return norm + slope * as_number(called, "radius", radius)


def displacement_bound(
    value_norm: float, logit_slope: float, diameter: float, distance: float
) -> float:
    """Bound the change of one head whose tokens move by at most a distance.

    Parameters
    ----------
    value_norm : float
        ||W_V||; `spectral_norm`.
    logit_slope : float
        A; `logit_lipschitz`.
    diameter : float
        The smaller of the diameters of the values before and after; `diameter`.
    distance : float
        delta: no token moves farther. For pruning with the log-count bias, d_H(X, X_s).

    Returns
    -------
    float.

    Raises
    ------
    InvalidProblem
        If a number is negative or not finite.

    Notes
    -----
    ||o - o~|| <= ||W_V|| delta + min(diam_U, diam_U~) tanh(A delta / 2); extended theory, 4.4,
    rider 6.

    Examples
    --------
    >>> displacement_bound(1.0, 0.0, 5.0, 0.5), displacement_bound(1.0, 1e9, 5.0, 0.5)
    (0.5, 5.5)
    """
    called = "displacement_bound"
    norm = as_number(called, "value_norm", value_norm)
    slope = as_number(called, "logit_slope", logit_slope)
    width = as_number(called, "diameter", diameter)
    distance = as_number(called, "distance", distance)
    return norm * distance + width * math.tanh(slope * distance / 2)


def transport_constant(
    logit_range: float, value_norm: float, logit_slope: float, diameter: float
) -> float:
    """Bound how much one head stretches the W_1 distance of normalised token measures.

    Parameters
    ----------
    logit_range : float
        Delta: largest minus smallest logit over the tokens of both measures.
    value_norm : float
        ||W_V||; `spectral_norm`.
    logit_slope : float
        A; `logit_lipschitz`.
    diameter : float
        Diameter of the values of the tokens of both measures; `diameter`.

    Returns
    -------
    float, e^Delta (||W_V|| + A diam_U); inf beyond the largest float64.

    Raises
    ------
    InvalidProblem
        If a number is negative or not finite.

    Notes
    -----
    ||o_mu - o_nu|| <= e^Delta (||W_V|| + A diam_U) W_1(mu, nu); the exponential is necessary.
    Extended theory, 4.4 (a).

    Examples
    --------
    >>> transport_constant(0.0, 1.0, 2.0, 3.0)
    7.0
    """
    called = "transport_constant"
    spread = as_number(called, "logit_range", logit_range)
    norm = as_number(called, "value_norm", value_norm)
    slope = as_number(called, "logit_slope", logit_slope)
    factor = norm + slope * as_number(called, "diameter", diameter)
    if factor == 0:
        return 0.0
    return math.exp(spread) * factor if spread < 709 else math.inf
