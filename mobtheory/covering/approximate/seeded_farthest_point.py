"""A prompt half that covers the prompt, and farthest points seeded with it."""

from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.nearest import nearest_neighbour_cover
from mobtheory.covering.optimum.task import Halves, farthest_order
from mobtheory.covering.problem import CoveringProblem
from mobtheory.covering.truncation import repaired_truncation
from mobtheory.geometry.points import Array


def prompt_half(problem: CoveringProblem, prompt_budget: int) -> tuple[Array, bool]:
    """Every nearest neighbour of the prompt if K_p allows it (True), else the repaired truncation.

    Parameters
    ----------
    problem : the tokens, or their distances; `prompt_prompt` only where neighbours are too many
    prompt_budget : K_p, from 1 to problem.budget

    Returns
    -------
    rows of visual tokens, int64, and whether they are all the nearest neighbours
    """
    every = nearest_neighbour_cover(problem)
    if every.shape[0] <= prompt_budget:
        return every, True
    return repaired_truncation(problem, prompt_budget=prompt_budget), False


def _choose(given: Given) -> Choice:
    rows, is_whole = prompt_half(given.problem, given.prompt_budget)
    prompt = rows.tolist()
    picks = farthest_order(given.task.visual, prompt, given.problem.budget - len(prompt))
    split = (given.prompt_budget, given.problem.budget - given.prompt_budget)
    return Choice(
        Halves(prompt, picks.tolist()),
        3.0 if is_whole else 5.0,
        f"against all selections with |S_p| <= {split[0]} and |S_v| <= {split[1]}",
    )


SEEDED_FARTHEST_POINT = Rule(
    "union", "covering.union", _choose, prompt_budgets=lambda budget: (1, budget)
)
