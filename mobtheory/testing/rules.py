"""Selection rules of this project: correct ones, each with the guarantees that it keeps."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from mobtheory.covering import (
    Covering,
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_point_sampling,
    k_center,
    mob_select,
    nearest_neighbour_cover,
)
from mobtheory.covering import repaired_truncation as truncated_cover
from mobtheory.geometry import pairwise_distances
from mobtheory.testing.misbehaviour import OutsideDomain

Rule = Callable[[Any, Any, int], Any]
R = TypeVar("R", bound=Rule)

_SECONDS = 5.0
"""Less than the kit gives to a call."""

_EVERYWHERE = (
    "isometry-invariant",
    "scale-invariant",
    "layout-invariant",
    "dtype-consistent",
    "duplicates",
    "ties",
    "budget-one",
    "budget-all",
    "single-prompt",
)
"""What all of them keep beside the contract, for they see nothing but distances."""


def _keeps(*ids: str) -> Callable[[R], R]:
    def name(rule: R) -> R:
        vars(rule)["guarantees"] = (*_EVERYWHERE, *ids)
        return rule

    return name


@_keeps("monotone-radius", "two-approximation")
def farthest_points(visual: Any, prompt: Any, budget: int) -> Any:
    """Keep token 0, then again and again the token farthest from those kept.

    Parameters
    ----------
    visual : (N, d) array
    prompt : (L, d) array, of no influence
    budget : int from 1 to N

    Returns
    -------
    (K,) int64 array
        In the order of the picks; the lowest row wins a tie.

    Notes
    -----
    h(V -> S) <= 2 OPT(K): theory theorem 2.5. It is not permutation-equivariant, for it begins with
    the token that happens to be the first.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.rules import farthest_points
    >>> farthest_points(np.asarray([[0.0], [1.0], [5.0], [9.0]]), np.zeros((1, 1)), 3)
    array([0, 3, 2])
    """
    del prompt
    return farthest_point_sampling(visual, budget)


@_keeps("two-approximation", "nn-optimal", "repaired-truncation")
def nearest_then_farthest(visual: Any, prompt: Any, budget: int) -> Selection:
    """Cover the prompt by its nearest neighbours, then the picture by what is farthest from them.

    Parameters
    ----------
    visual : (N, d) array
    prompt : (L, d) array
    budget : int from 1 to N

    Returns
    -------
    Selection
        S_p holds the nearest visual token of each prompt token. Where these outnumber K, prompt
        tokens that lie far apart choose for all, as `mobtheory.repaired_truncation` does.

    Notes
    -----
    d_H(S_p, P) = h(P -> V), the least there is, where the neighbours fit into the budget, and at
    most h(P -> V) + 2 OPT_P(K_p) elsewhere; h(V -> S) <= 2 OPT(K_v). Theory 7.1, 7.2' and 2.5.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.rules import nearest_then_farthest
    >>> visual = np.asarray([[0.0], [4.0], [9.0]])
    >>> nearest_then_farthest(visual, np.asarray([[3.0], [5.0]]), 2)
    Selection(prompt_centers=array([1]), visual_centers=array([2]))
    """
    problem = CoveringProblem(visual, prompt, budget)
    neighbours = nearest_neighbour_cover(problem)
    if neighbours.shape[0] > budget:
        neighbours = truncated_cover(problem, prompt_budget=budget)
    return _completed(problem, neighbours)


@_keeps("permutation-equivariant", "two-approximation")
def mob(visual: Any, prompt: Any, budget: int) -> Selection:
    """Select by Algorithm 1 of the paper, with its split for weak coupling.

    Parameters
    ----------
    visual : (N, d) array
    prompt : (L, d) array
    budget : int from 1 to N

    Returns
    -------
    Selection
        K_p = K/2, rounded up, and fold k = K_p/8, rounded down but at least 1. Where the prompt
        proposes fewer candidates, the visual half gets the places that remain.

    Notes
    -----
    h(V -> S) <= 2 OPT(K_v): theory theorem 2.5. Tokens are measured as they are; the paper scales
    them to length 1 first. Algorithm 1 of arXiv 2505.10118.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.rules import mob
    >>> mob(np.asarray([[0.0], [0.1], [50.0], [52.0]]), np.asarray([[-0.5]]), 3)
    Selection(prompt_centers=array([0]), visual_centers=array([3, 2]))
    """
    prompt_budget = (budget + 1) // 2
    problem = CoveringProblem(visual, prompt, budget)
    return mob_select(problem, prompt_budget=prompt_budget, fold=max(1, prompt_budget // 8))


@_keeps("two-approximation", "nn-optimal", "repaired-truncation", "hausdorff-identity")
def repaired_truncation(visual: Any, prompt: Any, budget: int) -> Covering:
    """Spend at most half of the budget on the prompt, and say which radii that reaches.

    Parameters
    ----------
    visual : (N, d) array
    prompt : (L, d) array
    budget : int from 1 to N

    Returns
    -------
    Covering
        S_p is `mobtheory.repaired_truncation` of K_p = K/2, rounded up; farthest points complete
        it.

    Notes
    -----
    d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p) and h(V -> S) <= 2 OPT(K_v). Theory 7.2' and 2.5.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.rules import repaired_truncation
    >>> visual = np.asarray([[0.1], [0.2], [101.0], [102.0]])
    >>> repaired_truncation(visual, np.asarray([[0.0], [100.0]]), 3).selection
    Selection(prompt_centers=array([0, 2]), visual_centers=array([3]))
    """
    problem = CoveringProblem(visual, prompt, budget)
    prompt_centers = truncated_cover(problem, prompt_budget=(budget + 1) // 2)
    return evaluate_selection(problem, _completed(problem, prompt_centers))


@_keeps(
    "permutation-equivariant",
    "monotone-radius",
    "two-approximation",
    "approximation-factor=1",
)
def exact_k_center(visual: Any, prompt: Any, budget: int) -> Any:
    """Keep an optimal set of centres for the picture.

    Parameters
    ----------
    visual : (N, d) array
    prompt : (L, d) array, of no influence
    budget : int from 1 to N

    Returns
    -------
    (K,) int64 array
        h(V -> S) = OPT(K).

    Raises
    ------
    OutsideDomain
        If some seconds are not enough to find the optimum.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.rules import exact_k_center
    >>> exact_k_center(np.asarray([[0.0], [1.0], [5.0], [6.0], [7.0]]), np.zeros((1, 1)), 2)
    array([0, 3])
    """
    del prompt
    result = k_center(pairwise_distances(visual, visual), budget, time_limit=_SECONDS)
    if result.status != "optimal":
        raise OutsideDomain(f"inputs whose optimum is found within {_SECONDS:g} s")
    return result.selection.visual_centers


def _completed(problem: CoveringProblem, prompt_centers: Any) -> Selection:
    """Spend what is left of the budget on the tokens farthest from those kept."""
    left = problem.budget - prompt_centers.shape[0]
    return Selection(
        prompt_centers, farthest_point_sampling(problem.visual, left, seeds=prompt_centers)
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "farthest-point": farthest_points,
        "nearest-then-farthest": nearest_then_farthest,
        "mob": mob,
        "repaired-truncation": repaired_truncation,
        "k-center": exact_k_center,
    }
)
"""By name, as in the guarantee "no-worse-than=farthest-point"."""
