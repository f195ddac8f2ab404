"""The steps of the proof of Theorem 2(a), 7.1 to 7.3, on one sample."""

from typing import Any

import numpy as np

from mobtheory.experiments.layers.laws import Laws
from mobtheory.experiments.layers.space import Space
from mobtheory.experiments.layers.subsets import Subset

_ROUNDING = 1e-9


def proof_steps(
    space: Space, subset: Subset, laws: Laws, terms: dict[str, float] | None
) -> dict[str, Any]:
    """What algorithm 1 reaches, beside what the proof says it reaches.

    Parameters
    ----------
    space : in which the subset was chosen
    subset : of algorithm 1, with both halves
    laws : covering radii in that space
    terms : what `theorem_2_terms` says of the subset; None leaves ``truncation`` out

    Returns
    -------
    dict
        ``prompt_to_visual`` h(P -> V); ``nearest_cover`` d_H(S'_p, P) for S'_p the nearest visual
        token of each prompt token; ``prompt_radius`` d_H(S_p, P); ``visual_radius`` d_H(S_v, V);
        ``cover`` h(V -> S); ``optimum_low`` and ``optimum_high``, a bracket of OPT(K_v);
        ``joint_radius``, at least r* of Theorem 1 and at most twice that, and whether it is
        ``within_coupling``, eta; and the truth values ``nearest_cover_optimal``,
        d_H(S'_p, P) = h(P -> V) (E5-1, proved); ``truncation``, d_H(S_p, P) <= alpha K_p^(-1/d)
        (E5-2, refuted); ``visual_alone_twice``, d_H(S_v, V) <= 2 OPT(K_v) (E5-3, refuted), judged
        at the upper end, so that False is certain; ``union_twice``, h(V -> S) <= 2 OPT(K_v) (its
        repair, proved), likewise.

    Notes
    -----
    OPT(K_v) lies between half the distance at which farthest-point sampling would take token
    K_v + 1 and that distance.
    """
    nearest = np.unique(space.visual_prompt.argmin(axis=0))
    nearest_cover = space.prompt_radius(nearest)
    count = len(subset.visual_half)
    high = float(laws.unit_radii[count - 1]) if count else np.inf
    joint = float(laws.joint[len(subset.kept) - 1])
    cover, alone = space.cover(subset.kept), space.cover(subset.visual_half)
    prompt_radius, slack = space.prompt_radius(subset.prompt_half), 1 + _ROUNDING
    return {
        "prompt_to_visual": space.prompt_to_visual,
        "nearest_cover": nearest_cover,
        "prompt_radius": prompt_radius,
        "visual_radius": alone if count else None,
        "cover": cover,
        "optimum_low": high / 2 if count else None,
        "optimum_high": high if count else None,
        "joint_radius": joint,
        "within_coupling": joint <= space.coupling,
        "nearest_cover_optimal": nearest_cover <= space.prompt_to_visual * slack,
        "truncation": None if terms is None else prompt_radius <= terms["alpha"] * slack,
        "visual_alone_twice": alone <= 2 * high * slack,
        "union_twice": cover <= 2 * high * slack,
    }
