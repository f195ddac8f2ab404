"""Farthest points without seeds, after Gonzalez (1985)."""

from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.optimum.task import Halves, farthest_order

ANY_CENTERS = "against all choices of K tokens, and of K centres anywhere"


def _choose(given: Given) -> Choice:
    picks = farthest_order(given.task.visual, [], given.problem.budget)
    return Choice(Halves([], picks.tolist()), 2.0, ANY_CENTERS)


FARTHEST_POINT = Rule("k-center", "covering.seeded-fps", _choose)
