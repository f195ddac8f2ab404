"""Set functions with a known Lipschitz constant in the Hausdorff distance, and two without."""

from collections.abc import Collection
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.claims.set_functions import (
    Composed,
    DistancesToProbes,
    MaxPooledFeatures,
    MeanPooling,
    SetFunction,
    SoftmaxAttention,
    SupportFunctions,
)
from mobtheory.errors import InvalidProblem

LIPSCHITZ_KINDS = ("probe", "probes", "support", "max-pooled", "composed")
"""Distance to one probe; to several; support functions; max-pooled features; A tanh of one."""
CONTROL_KINDS = ("mean", "attention")
"""Mean pooling; one softmax attention head."""


def _matrices(
    rows: int, columns: int, entries: st.SearchStrategy[int]
) -> st.SearchStrategy[NDArray[np.float64]]:
    size = rows * columns
    values = st.lists(entries, min_size=size, max_size=size)
    return values.map(lambda drawn: np.array(drawn, dtype=np.float64).reshape(rows, columns))


def _integers(largest: int) -> st.SearchStrategy[int]:
    return st.integers(-largest, largest)


def _weights(largest: int) -> st.SearchStrategy[int]:
    """Integers but 0, which shrink to 1: a map that shrinks to a constant would test nothing."""
    return st.integers(-largest, largest - 1).map(lambda k: k + 1 if k >= 0 else k)


def _probes(dimension: int, count: int) -> st.SearchStrategy[SetFunction]:
    return st.builds(DistancesToProbes, _matrices(count, dimension, _integers(20)))


def _max_pooled(dimension: int) -> st.SearchStrategy[SetFunction]:
    bias = _matrices(1, 3, _integers(8)).map(lambda row: row[0] / 4)
    weights = _matrices(3, dimension, _weights(8)).map(lambda entries: entries / 32)
    return st.builds(MaxPooledFeatures, weights, bias)


def _lipschitz(kind: str, dimension: int) -> st.SearchStrategy[SetFunction]:
    if kind == "probe":
        return _probes(dimension, 1)
    if kind == "probes":
        return st.integers(2, 4).flatmap(lambda count: _probes(dimension, count))
    if kind == "support":
        return st.builds(SupportFunctions, _matrices(3, dimension, _weights(4)))
    if kind == "max-pooled":
        return _max_pooled(dimension)
    # Small inner values: where tanh is flat a composition would hardly move.
    directions = _matrices(3, dimension, _weights(4)).map(lambda entries: entries / 16)
    inner = st.one_of(_max_pooled(dimension), st.builds(SupportFunctions, directions))
    return st.builds(Composed, inner, _matrices(2, 3, _weights(4)))


def _control(kind: str, dimension: int) -> st.SearchStrategy[SetFunction]:
    if kind == "mean":
        return st.just(MeanPooling())
    key_query = _matrices(1, dimension, _integers(4)).map(lambda row: row[0] / 16)
    return st.builds(SoftmaxAttention, key_query, _matrices(2, dimension, _weights(4)))


def _check(called: str, dimension: Any, kinds: Collection[str], known: tuple[str, ...]) -> None:
    if dimension >= 1 and kinds and set(kinds) <= set(known):
        return
    raise InvalidProblem(
        called,
        f"dimension={dimension}, kinds={sorted(kinds)}",
        "the dimension is at least 1 and every kind must be known",
        f"Choose kinds out of {', '.join(known)}.",
    )


def lipschitz_maps(
    dimension: int, *, kinds: Collection[str] = LIPSCHITZ_KINDS
) -> st.SearchStrategy[SetFunction]:
    """Set functions F with ``|F(X) - F(Y)| <= C d_H(X, Y)`` for their stated constant C.

    Parameters
    ----------
    dimension : d of the point sets that the map takes
    kinds : out of `LIPSCHITZ_KINDS`; "probe", the distance to one point, attains its constant 1

    Returns
    -------
    Strategy of maps from arrays (n, d) to vectors, with the attribute ``constant``. All
    parameters are small integers or dyadic fractions, so they shrink.

    Raises
    ------
    InvalidProblem
        If the dimension is below 1 or a kind is unknown.

    Notes
    -----
    Distances to k probes have the constant sqrt(k), support functions and max-pooled features
    ``max_x tanh(<w_j, x> + b_j)`` the Frobenius norm of their matrix, a composition
    ``A tanh(f(X))`` the product of the spectral norm of A and the constant of f. The Hausdorff
    distance and Assumption 1 are those of arXiv 2505.10118 (theory section 0).

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import lipschitz_maps
    >>> find(lipschitz_maps(2, kinds=["probe"]), lambda F: F.constant == 1.0)
    DistancesToProbes(probes=array([[0., 0.]]))
    """
    _check("lipschitz_maps", dimension, kinds, LIPSCHITZ_KINDS)
    return st.one_of([_lipschitz(kind, dimension) for kind in kinds])


def control_maps(
    dimension: int, *, kinds: Collection[str] = CONTROL_KINDS
) -> st.SearchStrategy[SetFunction]:
    """Set functions that see multiplicity, so no constant bounds them in the Hausdorff distance.

    Parameters
    ----------
    dimension : d of the point sets that the map takes
    kinds : out of `CONTROL_KINDS`

    Returns
    -------
    Strategy of maps from arrays (n, d) to vectors, with ``constant`` None: negative controls that
    must break every error bound.

    Raises
    ------
    InvalidProblem
        If the dimension is below 1 or a kind is unknown.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import control_maps
    >>> find(control_maps(2, kinds=["mean"]), lambda F: F.constant is None)
    MeanPooling()
    """
    _check("control_maps", dimension, kinds, CONTROL_KINDS)
    return st.one_of([_control(kind, dimension) for kind in kinds])
