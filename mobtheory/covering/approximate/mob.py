"""Algorithm 1 of the paper."""

from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.mob import mob_select
from mobtheory.covering.optimum.task import Halves


def _choose(given: Given) -> Choice:
    selection = mob_select(given.problem, prompt_budget=given.prompt_budget, fold=given.fold)
    prompt, visual = selection.prompt_centers.tolist(), selection.visual_centers.tolist()
    return Choice(
        Halves(prompt, visual),
        2.0,
        f"against all ways to add {len(visual)} tokens, or centres anywhere, to its prompt half; "
        "nothing is promised about the prompt",
    )


MOB = Rule(
    "k-center",
    "covering.seeded-fps",
    _choose,
    prompt_budgets=lambda budget: (0, budget),
    takes_fold=True,
)
