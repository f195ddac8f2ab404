"""Why no selection is better: multipliers whose sums anybody can check in whole numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.reduction import Reduction

Kind = Literal["trivial", "packing", "dual", "search", "solver"]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dual:
    """Whole-number weights on rows, a price for each limit, and tolls on tokens with two roles.

    Attributes
    ----------
    rows, weights : which rows carry a weight, and the weights, positive
    prices : what a column of each group costs, not negative
    tokens, tolls : which tokens pay a toll in either role, and how much, positive

    Notes
    -----
    Let w(c) be the weight that column c covers, and require w(c) <= price + toll for every column.
    A cover within the limits pays at most sum(price x limit) + sum(tolls) =: B, and collects at
    least W, the sum of all weights. So if W > B there is none; and if a column of it had
    price + toll - w(c) > B - W, it would pay more than B: such a column is in no cover.
    """

    rows: Whole
    weights: Whole
    prices: tuple[int, ...]
    tokens: Whole
    tolls: Whole

    @property
    def is_packing(self) -> bool:
        """Whether rows that share no column outnumber a limit: weights and prices are 1."""
        return not len(self.tolls) and set(self.weights.tolist()) == {max(self.prices)} == {1}

    def gap(self, limits: tuple[int, ...]) -> int:
        """B - W; below 0 there is no cover within the limits."""
        budget = sum(price * limit for price, limit in zip(self.prices, limits, strict=True))
        return budget + int(self.tolls.sum()) - int(self.weights.sum())


@dataclass(frozen=True, eq=False, repr=False)
class Refutation:
    """A proof that a cover system has no cover.

    Attributes
    ----------
    steps : duals and reductions, to be applied in order: each leaves columns or rows out, and the
        last dual may already show that nothing is left
    branch_row : a row of which one column must be chosen; None if the steps suffice
    children : for every column of that row that is left: the column, and the refutation of what
        remains once it is chosen and the columns before it are left out
    solver : the name of the solver that says so, where the proof ends in its word
    """

    steps: tuple[Dual | Reduction, ...]
    branch_row: int | None = None
    children: tuple[tuple[int, "Refutation"], ...] = ()
    solver: str | None = None

    def __repr__(self) -> str:
        return f"Refutation({sum(1 for _ in self.nodes())} cases)"

    def nodes(self) -> Iterator["Refutation"]:
        """The refutation and all below it."""
        yield self
        for _, child in self.children:
            yield from child.nodes()


@dataclass(frozen=True, eq=False, repr=False)
class Certificate:
    """What proves the lower end of a bracket.

    Attributes
    ----------
    refutation : proof that no selection has an objective below the lower end; None at 0
    kind : "trivial" (distances are not negative), "packing" (rows that no two of which share a
        column outnumber the budget), "dual" (a fractional packing does, possibly after leaving out
        columns), "search" (a complete case distinction with a dual in each case) or "solver"
        (some case rests on the word of `solver`)
    solver : name and version of the solver that is trusted; None for all other kinds

    Notes
    -----
    `verify_lower_bound` checks all kinds but "solver" in whole numbers, from the distances alone.
    """

    refutation: Refutation | None

    @property
    def solver(self) -> str | None:
        """The solver that is trusted, if any."""
        nodes = () if self.refutation is None else self.refutation.nodes()
        return next((node.solver for node in nodes if node.solver), None)

    @property
    def kind(self) -> Kind:
        """What sort of proof it is."""
        if self.refutation is None:
            return "trivial"
        if self.solver:
            return "solver"
        if self.refutation.branch_row is not None:
            return "search"
        duals = [step for step in self.refutation.steps if isinstance(step, Dual)]
        if len(duals) == 1 and duals[0].is_packing:
            return "packing"
        return "dual"

    def __repr__(self) -> str:
        trusted = f", solver={self.solver!r}" if self.solver else ""
        nodes = 0 if self.refutation is None else sum(1 for _ in self.refutation.nodes())
        return f"Certificate(kind={self.kind!r}, cases={nodes}{trusted})"
