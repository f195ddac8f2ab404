"""The published right sides over C, and whether they beat the bound for keeping nothing."""

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances import GreedyRun
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.claims.theorem_2 import alpha_term, beta_term
from mobtheory.covering import CoveringProblem
from mobtheory.experiments.layers.space import Space
from mobtheory.experiments.layers.subsets import PaperRule, Subset


def lemma_1(space: Space, subset: Subset) -> float:
    """``max{min(d_H(S,V), d_H(V,P)), min(d_H(S,V), d_H(S,P))}``."""
    cover = space.cover(subset.kept)
    return max(min(cover, space.coupling), min(cover, space.prompt_radius(subset.kept)))


def lemma_2(space: Space, subset: Subset) -> float:
    """``max{d_H(S_p,P), d_H(S_v,V)} + d_H(V,P)``; an empty half counts for nothing."""
    radii = [space.prompt_radius(subset.prompt_half)]
    if len(subset.visual_half):
        radii.append(space.cover(subset.visual_half))
    return max(radii) + space.coupling


def geometry_of(space: Space, subset: Subset) -> dict[str, float]:
    """What the geometry says about a subset: candidates for predicting its error."""
    return {
        "pruning-distance": space.pruning_distance(subset.kept),
        "cover": space.cover(subset.kept),
        "prompt-radius": space.prompt_radius(subset.prompt_half),
        "lemma-2": lemma_2(space, subset),
    }


def no_better_than_nothing(space: Space, subset: Subset) -> dict[str, bool]:
    """For each right side whether it is at least h(V -> P), the bound for S empty."""
    nothing = space.visual_to_prompt
    sides = {"lemma-1": lemma_1(space, subset), "lemma-2": lemma_2(space, subset)}
    return {name: side >= nothing for name, side in sides.items()}


def theorem_2_terms(
    visual: NDArray[np.float64], prompt: NDArray[np.float64], rule: PaperRule, exponent: float
) -> dict[str, float] | None:
    """The terms alpha K_p^(-1/d) and beta K_v^(-1/d) of Theorem 2(a) for algorithm 1.

    Parameters
    ----------
    visual, prompt : (N, d) and (L, d) tokens of length 1
    rule : budget, K_p and fold
    exponent : d_eff

    Returns
    -------
    dict of "alpha" and "beta"; None where V or P has no range of radii to take constants from.

    Notes
    -----
    The constants are the best that certified covering numbers allow from half the smallest to half
    the largest distance; the paper's own make the terms larger.
    """
    run = GreedyRun.of(
        CoveringProblem(visual, prompt, rule.budget),
        rule.prompt_budget,
        rule.fold,
        DistancesToProbes(visual[:1]),
        exponent=exponent,
    )
    if run.prompt_regularity is None or run.visual_regularity is None or run.visual_budget == 0:
        return None
    return {"alpha": alpha_term(run), "beta": beta_term(run)}
