"""The Pareto front of prompt radius and visual radius."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from mobtheory.covering.evaluation import Covering
from mobtheory.covering.optimum.certificate import Certificate

FrontStatus = Literal["optimal", "time-limit", "approximate"]


@dataclass(frozen=True)
class FrontPoint(Covering):
    """A covering on the front, with a bracket of the best that its prompt radius allows.

    Parameters
    ----------
    lower, upper : float
        No selection with this prompt radius or a smaller one has a visual radius below `lower`;
        `upper` is the visual radius of this one.
    status : "optimal", "time-limit" or "approximate"
        Whether lower = upper, the time was over before, or the point comes from a greedy rule.
    split : (int, int)
        The budgets K_p and K_v of the halves for which it was found.
    visual_alone, prompt_alone : float
        Below these K_v centres reach no visual radius, and K_p centres no prompt radius.
    certificate, prompt_certificate : Certificate
        Prove these two; None for a greedy front, whose packings are not kept.
    joint_certificate : Certificate or None
        Where the halves contend for tokens: proves that within this prompt radius the split
        reaches no visual radius below its own.
    """

    lower: float
    upper: float
    status: FrontStatus
    split: tuple[int, int]
    visual_alone: float
    prompt_alone: float
    certificate: Certificate | None = field(default=None, compare=False)
    prompt_certificate: Certificate | None = field(default=None, compare=False)
    joint_certificate: Certificate | None = field(default=None, compare=False)

    @property
    def solver(self) -> str | None:
        """The solver whose word some certificate rests on, if any."""
        every = (self.certificate, self.prompt_certificate, self.joint_certificate)
        return next((one.solver for one in every if one is not None and one.solver), None)

    @classmethod
    def of(cls, covering: Covering, **bracket: Any) -> "FrontPoint":
        """Add a bracket to a covering."""
        radii = {name: getattr(covering, name) for name in Covering.__dataclass_fields__}
        return cls(**radii, upper=covering.visual_radius, **bracket)


@dataclass(frozen=True)
class ParetoFront(Sequence[FrontPoint]):
    """Selections of which none is better than another in both radii, the prompt radius ascending.

    Parameters
    ----------
    points : tuple of FrontPoint
    status : "optimal", "time-limit" or "approximate"
        "optimal" if these are all points of the exact front.
    factor : float
        For every selection there is a point of the front, each of whose two radii is at most
        `factor` times the selection's; 1.0 for the exact front, inf where a radius of 0 was missed.
    seconds : float
        How long it took.
    notes : tuple of str
        What a reader should know.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, pareto_front
    >>> visual, prompt = np.asarray([[0.0], [2.0], [5.0], [9.0]]), np.asarray([[0.0], [8.0]])
    >>> front = pareto_front(CoveringProblem(visual, prompt, 3))
    >>> [(point.prompt_radius, point.visual_radius) for point in front]
    [(1.0, 5.0), (5.0, 3.0)]
    >>> front.status, front.factor
    ('optimal', 1.0)
    """

    points: tuple[FrontPoint, ...]
    status: FrontStatus
    factor: float
    seconds: float = field(compare=False)
    notes: tuple[str, ...] = ()

    @overload
    def __getitem__(self, index: int) -> FrontPoint: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[FrontPoint, ...]: ...
    def __getitem__(self, index: int | slice) -> FrontPoint | tuple[FrontPoint, ...]:
        return self.points[index]

    def __len__(self) -> int:
        return len(self.points)

    @property
    def lowers(self) -> tuple[float, ...]:
        """The lower end of each point."""
        return tuple(point.lower for point in self.points)

    @property
    def uppers(self) -> tuple[float, ...]:
        """The upper end of each point, its visual radius."""
        return tuple(point.upper for point in self.points)

    @property
    def statuses(self) -> tuple[FrontStatus, ...]:
        """The status of each point."""
        return tuple(point.status for point in self.points)
