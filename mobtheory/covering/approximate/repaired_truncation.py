"""The repaired truncation for the prompt, farthest points for the picture, each half on its own."""

from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.optimum.task import Halves, farthest_order
from mobtheory.covering.truncation import repaired_truncation


def _choose(given: Given) -> Choice:
    """S_v starts without seeds: under "radius" the prompt half does not count for the picture."""
    prompt = repaired_truncation(given.problem, prompt_budget=given.prompt_budget).tolist()
    room = given.problem.budget - len(prompt)
    picks = farthest_order(given.task.visual, [], room, banned=prompt)
    return Choice(
        Halves(prompt, picks.tolist()),
        None,
        f"d_H(S_p, P) <= h(P -> V) + 2 OPT_P({given.prompt_budget}); nothing is promised about "
        "the picture, because both halves may need the same token",
    )


REPAIRED_TRUNCATION = Rule(
    "radius",
    "covering.repaired-truncation",
    _choose,
    prompt_budgets=lambda budget: (1, budget - 1),
)
