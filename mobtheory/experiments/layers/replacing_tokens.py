"""Assumption 1 on a genuine layer: dropped, overwritten in place, dropped with log-counts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import attention_weights, multiplicity_shift
from mobtheory.experiments.layers.space import Integers, Space
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.layer_pass import LayerPass

Float = NDArray[np.float64]


def log_counts(assignment: Integers, kept: Integers) -> Float:
    """(K,) log n_s: how many visual tokens go to each kept one, itself included."""
    counts = np.bincount(assignment, minlength=int(kept.max()) + 1)
    return np.log(counts[kept])


def replace_tokens(
    call: LayerCall, full: LayerPass, raw: Space, kept: Integers
) -> dict[str, float]:
    """Errors ||z - z~|| of the last prompt row in three inputs that are equally near in d_H.

    Parameters
    ----------
    call : the layer
    full : its run on all tokens
    raw : distances between its tokens
    kept : S

    Returns
    -------
    dict
        ``dropped``, ``overwritten`` (each dropped v replaced in place by its nearest kept visual
        token pi(v)) and ``log_count`` (dropped, log n_s added to the logits of S); ``distance``
        d_H(X, X_s) of the first and third, ``moved`` h(V -> S), the farthest that a token moves in
        the second; ``mass`` m_V, mean over heads, ``mass_lost`` what dropping takes from it, and
        ``mass_predicted``, what it would take if all N visual tokens fell into K equal groups.

    Notes
    -----
    Assumption 1 predicts errors of one size. The theory (4.3, 4.4) predicts that ``dropped`` is
    much larger than the other two. Those differ from each other by the position ids: overwriting
    keeps that of v, merging has that of pi(v).
    """
    assignment = raw.nearest_kept(kept)
    overwritten = call.hidden.clone()
    overwritten[call.visual] = call.hidden[call.visual[assignment]]
    runs = {
        "dropped": call.run(kept),
        "overwritten": call.run(hidden=overwritten),
        "log_count": call.run(kept, bias=log_counts(assignment, kept)),
    }
    errors = {name: _error(full, run) for name, run in runs.items()}
    before = _visual_mass(full, call.visual)
    after = _visual_mass(runs["dropped"], call.visual)
    kappa = len(call.visual) / len(kept)
    predicted = [multiplicity_shift(min(1.0, mass), kappa) for mass in before.tolist()]
    return {
        **errors,
        "distance": raw.pruning_distance(kept),
        "moved": raw.cover(kept),
        "mass": float(before.mean()),
        "mass_lost": float((before - after).mean()),
        "mass_predicted": float(np.mean(predicted)),
    }


def _error(full: LayerPass, other: LayerPass) -> float:
    return float(np.linalg.norm(full.after_attention[-1] - other.after_attention[-1]))


def _visual_mass(run: LayerPass, visual: Any) -> Float:
    """(H,) the attention of the last prompt row to visual tokens."""
    weights = np.asarray(attention_weights(run.logits[:, -1]))
    return weights[:, np.isin(run.places, visual)].sum(axis=1)
