"""What greedy rules reach on a problem, to be set beside an exact solution."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mobtheory import covering
from mobtheory.covering import (
    Covering,
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_points,
    mob_select,
    repaired_truncation,
)
from mobtheory.experiments.plain import radii_data, selection_data

Rule = Callable[[CoveringProblem, int], Selection]


@dataclass(frozen=True)
class GreedyPoint:
    """What one rule selects with a given number of prompt centres, and how far that reaches."""

    method: str
    covering: Covering

    def to_dict(self, *, with_prompt: bool = True) -> dict[str, Any]:
        """Plain data; radii that need the prompt are None without one."""
        return {
            "method": self.method,
            "radii": radii_data(self.covering, with_prompt=with_prompt),
            "selection": selection_data(self.covering.selection),
        }


def greedy_points(
    problem: CoveringProblem, objective: str, prompt_budgets: Iterable[int]
) -> tuple[GreedyPoint, ...]:
    """The greedy rules that compete for an objective.

    Parameters
    ----------
    problem : the problem
    objective : "radius", "union" or "k-center"
    prompt_budgets : the K_p to try; "k-center" has no halves and ignores them

    Returns
    -------
    tuple of GreedyPoint
        "mob": Algorithm 1 of the paper, with the least fold that can propose K_p tokens.
        "repaired-truncation": the nearest visual tokens of prompt tokens that lie far apart, and
        farthest points; these start from the prompt half where it counts for the picture, so
        under "union". "farthest-point": farthest points alone, under "k-center".
    """
    if objective == "k-center":
        return (_measured(problem, "farthest-point", _farthest(problem)),)
    rules: dict[str, Rule] = {"mob": _mob, "repaired-truncation": _repaired_for(objective)}
    return tuple(
        _measured(problem, name, rule(problem, split))
        for name, rule in rules.items()
        for split in prompt_budgets
    )


def greedy_front(problem: CoveringProblem) -> tuple[GreedyPoint, ...]:
    """The points of the approximate front, as "greedy-front"."""
    front = covering.pareto_front(problem, method="greedy")
    return tuple(GreedyPoint("greedy-front", point) for point in front)


def _measured(problem: CoveringProblem, name: str, selection: Selection) -> GreedyPoint:
    return GreedyPoint(name, evaluate_selection(problem, selection))


def _farthest(problem: CoveringProblem) -> Selection:
    return Selection([], farthest_points(problem.visual_visual, problem.budget))


def _mob(problem: CoveringProblem, split: int) -> Selection:
    fold = -(-split // problem.prompt_count)
    return mob_select(problem, prompt_budget=split, fold=fold)


def _repaired_for(objective: str) -> Rule:
    def select(problem: CoveringProblem, split: int) -> Selection:
        prompt = repaired_truncation(problem, prompt_budget=split).tolist()
        room = problem.budget - len(prompt)
        if objective == "union":
            visual = farthest_points(problem.visual_visual, room, seeds=prompt).tolist()
        else:
            picks = farthest_points(problem.visual_visual, problem.budget).tolist()
            visual = [token for token in picks if token not in prompt][:room]
        return Selection(prompt, visual)

    return select
