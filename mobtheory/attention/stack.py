"""How far the tokens of a whole stack may move apart, layer by layer."""

import math
from typing import Any

from mobtheory.attention.arrays import as_real
from mobtheory.attention.norms import spectral_norm
from mobtheory.attention.numbers import as_number
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import describe, to_float64, to_numpy


def stack_factor(
    *,
    attention_slope: float,
    mlp_lipschitz: float,
    mlp_slope: float,
    output: Any,
    value: Any,
    key: Any,
    query: Any,
    value_radius: Any,
    key_radius: Any,
    query_length: Any,
) -> float:
    """Bound how much one layer of a stack stretches the largest displacement of a token.

    Parameters
    ----------
    attention_slope : float
        nu, the slope of the norm before attention over all tokens and both networks;
        `rms_norm_slope`.
    mlp_lipschitz, mlp_slope : float
        Lip(M) of the MLP, and the slope of the norm before it.
    output, value, key, query : arrays of shape (H, d, d_v), (H, d_v, d), (H, d_h, d), (H, d_h, d)
        W_O, W_V, W_K and W_Q of each head.
    value_radius, key_radius, query_length : arrays of shape (H,)
        Circumradius of the values, circumradius of the keys and largest length of a query in each
        head, the larger over both networks.

    Returns
    -------
    float, Lambda: ``delta_next <= Lambda delta``.

    Raises
    ------
    InvalidProblem
        If an array is invalid, or if the number of heads differs.

    Notes
    -----
    Lambda = (1 + nu sum over h of ||W_O|| [||W_V|| + r_U (Q ||W_K|| + r_K ||W_Q||) / sqrt(d_h)])
    (1 + Lip(M) nu_M), for a permutation-equivariant pre-norm stack without positions whose pruned
    network adds log n_s in every layer. The radii are maxima over both networks: those of the
    original tokens alone do not suffice. Extended theory, 4.6.

    Examples
    --------
    >>> one = [[[1.0]]]
    >>> factor = stack_factor(attention_slope=0.5, mlp_lipschitz=0.0, mlp_slope=1.0, output=one,
    ...                       value=one, key=one, query=one, value_radius=[2.0], key_radius=[1.0],
    ...                       query_length=[3.0])
    >>> round(factor, 10)
    5.5
    """
    called = "stack_factor"
    matrices = {"output": output, "value": value, "key": key, "query": query}
    sizes = {
        "value_radius": value_radius,
        "key_radius": key_radius,
        "query_length": query_length,
    }
    read = {name: as_real(called, name, x, (3,)) for name, x in matrices.items()}
    lengths = {name: as_real(called, name, x, (1,), lowest=0.0) for name, x in sizes.items()}
    heads = read["output"].shape[0]
    everything = (*read.items(), *lengths.items())
    if any(array.shape[0] != heads for _, array in everything):
        raise InvalidProblem(
            called,
            "; ".join(describe(name, array) for name, array in everything),
            "every array has one entry for each head on its first axis",
            "Repeat the keys and values of heads that share them.",
        )
    write, values, keys, queries = (to_numpy(spectral_norm(x)).tolist() for x in read.values())
    radii, key_radii, longest = (
        to_numpy(to_float64(called, name, x)).tolist() for name, x in lengths.items()
    )
    width = math.sqrt(read["key"].shape[1])
    heads_slope = math.fsum(
        o * (v + u * (length * k + r * q) / width)
        for o, v, k, q, u, r, length in zip(
            write, values, keys, queries, radii, key_radii, longest, strict=True
        )
    )
    nu = as_number(called, "attention_slope", attention_slope)
    slope = as_number(called, "mlp_lipschitz", mlp_lipschitz)
    return (1 + nu * heads_slope) * (1 + slope * as_number(called, "mlp_slope", mlp_slope))
