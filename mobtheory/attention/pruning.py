"""Plain pruning: dropped tokens are removed, and the softmax renormalises."""

from typing import Any

from mobtheory.attention.pruned import read_pruned
from mobtheory.attention.reweighting import error, plain
from mobtheory.geometry.points import Array


def pruning_error(weights: Any, values: Any, kept: Any, *, from_logits: bool = False) -> Array:
    """Compute what plain pruning changes in the attention output, exactly.

    Parameters
    ----------
    weights : array of shape (n,), (H, n) or (H, R, n)
        Softmax rows over all n tokens, visual and prompt together, for H heads and R prompt rows.
        Each is divided by its sum, which must be 1 within the rounding of its dtype.
    values : array of shape (n, d) or (H_kv, n, d)
        Values after any position coding; head h reads those of key-value head h // (H / H_kv).
    kept : boolean mask of shape (n,), or distinct token numbers
        The tokens that stay, prompt tokens included.
    from_logits : bool
        Whether `weights` holds logits. They tell weights that underflow apart, so that kept tokens
        may lie any distance below the highest logit.

    Returns
    -------
    Array of shape (d,), (H, d) or (H, R, d): o - o_S, in the callers' library. It is computed in
    float64, and returned in float32 if all that arrived is float32 or narrower.

    Raises
    ------
    InvalidProblem
        If the rows are no softmax rows, if shapes, libraries or devices do not fit, or if a row
        gives all kept tokens weight 0.
    InvalidSelection
        If `kept` is empty, out of range or repeated.

    Notes
    -----
    o - o_S = m (o_D - o_S) = m / (1 - m) (o_D - o), where D are the dropped tokens, m is
    `dropped_mass`, and o_D and o_S are the means over dropped and kept tokens; extended theory,
    9.1. It is evaluated on values minus a common centre, so that its rounding is relative to m.

    Examples
    --------
    >>> pruning_error([0.5, 0.25, 0.25], [[0.0], [4.0], [8.0]], kept=[0, 1])
    array([1.66666667])
    """
    heads = read_pruned("pruning_error", weights, values, kept, from_logits=from_logits)
    return heads.vectors(error(heads, plain(heads)))


def dropped_mass(weights: Any, kept: Any) -> Array:
    """Sum the weights of the dropped tokens.

    Parameters
    ----------
    weights : array of shape (n,), (H, n) or (H, R, n)
        Softmax rows, as in `pruning_error`.
    kept : boolean mask of shape (n,), or distinct token numbers
        The tokens that stay.

    Returns
    -------
    Array of shape (), (H,) or (H, R): m, from 0 to 1.

    Raises
    ------
    InvalidProblem
        If the rows are no softmax rows.
    InvalidSelection
        If `kept` is empty, out of range or repeated.

    Notes
    -----
    m = sum over D of w_v; extended theory, 9.1.

    Examples
    --------
    >>> float(dropped_mass([0.5, 0.25, 0.25], kept=[0, 1]))
    0.25
    """
    heads = read_pruned("dropped_mass", weights, None, kept)
    return heads.rows.result(heads.dropped_mass)
