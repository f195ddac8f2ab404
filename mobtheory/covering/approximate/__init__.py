"""Approximate solvers: one rule to a file, each with the claim that states its guarantee."""

from mobtheory.covering.approximate.hochbaum_shmoys import hochbaum_shmoys
from mobtheory.covering.approximate.result import ApproximateResult
from mobtheory.covering.approximate.seeded_farthest_point import prompt_half
from mobtheory.covering.approximate.solve import solve_approximate

__all__ = ["ApproximateResult", "hochbaum_shmoys", "prompt_half", "solve_approximate"]
