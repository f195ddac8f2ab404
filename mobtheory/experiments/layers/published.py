"""The published right sides over C, and whether they beat the bound for keeping nothing."""

from mobtheory.experiments.layers.space import Space
from mobtheory.experiments.layers.subsets import Subset


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
