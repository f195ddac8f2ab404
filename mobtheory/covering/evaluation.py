"""What a selection achieves on a covering problem."""

from dataclasses import dataclass

from mobtheory.covering.indices import as_indices
from mobtheory.covering.problem import CoveringProblem, check_problem
from mobtheory.covering.radii import directed_radius
from mobtheory.covering.selection import Selection
from mobtheory.errors import InvalidSelection


@dataclass(frozen=True)
class Covering:
    """The radii that a selection S = S_p ⊔ S_v reaches on a covering problem.

    Every radius is a Python float in the unit of the problem's distances. Nothing is within reach
    of an empty set, so an empty half has radius inf; h(∅ -> P) is 0.

    Parameters
    ----------
    selection : Selection
        The selection that was measured.
    prompt_radius : float
        d_H(S_p, P), the larger of `prompt_to_selected` and `selected_to_prompt`.
    visual_radius : float
        d_H(S_v, V), which is h(V -> S_v) because S_v lies in V.
    union_radius : float
        h(V -> S).
    pruning_distance : float
        d_H(V ∪ P, S ∪ P), the distance between the full and the pruned token set.
    prompt_to_selected : float
        h(P -> S_p): how far the prompt is from its centres.
    selected_to_prompt : float
        h(S_p -> P): how far the centres stray from the prompt.

    Notes
    -----
    Definitions: theory section 1, definition 1 of arXiv 2505.10118. The pruning distance is
    max over v of min(dist(v, S), dist(v, P)): the pruned set is a subset and prompt tokens stay.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, Selection, evaluate_selection
    >>> line = CoveringProblem(np.asarray([[0.0], [1.0], [6.0]]), np.asarray([[7.0]]), 2)
    >>> covering = evaluate_selection(line, Selection([2], [0]))
    >>> covering.prompt_radius, covering.visual_radius, covering.radius
    (1.0, 6.0, 6.0)
    >>> covering.union_radius, covering.pruning_distance
    (1.0, 1.0)
    """

    selection: Selection
    prompt_radius: float
    visual_radius: float
    union_radius: float
    pruning_distance: float
    prompt_to_selected: float
    selected_to_prompt: float

    @property
    def radius(self) -> float:
        """max(d_H(S_p, P), d_H(S_v, V)), the bi-objective radius."""
        return max(self.prompt_radius, self.visual_radius)

    @property
    def visual_to_centers(self) -> float:
        """h(V -> S_v), which is `visual_radius`: S_v lies in V, so h(S_v -> V) is 0."""
        return self.visual_radius


def evaluate_selection(problem: CoveringProblem, selection: Selection) -> Covering:
    """Measure every radius of a selection.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, and the budget.
    selection : Selection
        At most `problem.budget` rows of the visual tokens. It may hold fewer, and its halves may
        be empty.

    Returns
    -------
    Covering
        The radii, each reduced from single distances without further rounding.

    Raises
    ------
    InvalidSelection
        A row is out of range, or there are more rows than the budget allows.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, Selection, evaluate_selection
    >>> line = CoveringProblem(np.asarray([[0.0], [1.0], [6.0]]), np.asarray([[7.0]]), 2)
    >>> evaluate_selection(line, Selection([], [1])).visual_radius
    5.0
    """
    check_problem("evaluate_selection", problem)
    if not isinstance(selection, Selection):
        raise InvalidSelection(
            "evaluate_selection",
            f"a {type(selection).__name__}",
            "a Selection says which half each index belongs to",
            "Pass Selection(prompt_centers, visual_centers).",
        )
    xp = problem.namespace
    prompt, visual = (
        as_indices("evaluate_selection", name, half, xp, problem.device, problem.visual_count)
        for name, half in (
            ("prompt_centers", selection.prompt_centers),
            ("visual_centers", selection.visual_centers),
        )
    )
    kept = xp.concat([prompt, visual])
    if kept.shape[0] > problem.budget:
        raise InvalidSelection(
            "evaluate_selection",
            f"{kept.shape[0]} indices for a budget of {problem.budget}",
            "a selection may not exceed the budget",
            "Keep fewer tokens, or raise the budget with problem.with_budget(k).",
        )
    to_kept = problem.distances.to_visual(kept)
    to_prompt = problem.visual_prompt
    selected_to_prompt = xp.take(to_prompt, prompt, axis=0)
    prompt_to_selected = directed_radius(selected_to_prompt.T)
    straying = directed_radius(selected_to_prompt)
    return Covering(
        selection=selection,
        prompt_radius=max(prompt_to_selected, straying),
        visual_radius=directed_radius(to_kept[:, prompt.shape[0] :]),
        union_radius=directed_radius(to_kept),
        pruning_distance=directed_radius(xp.concat([to_kept, to_prompt], axis=1)),
        prompt_to_selected=prompt_to_selected,
        selected_to_prompt=straying,
    )
