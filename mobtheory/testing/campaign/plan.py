"""What a campaign is asked to do; its state belongs to this and to nothing else."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import METRICS
from mobtheory.testing.choosing import Chosen, choose
from mobtheory.testing.guarantees import as_guarantee
from mobtheory.testing.judging import needed_checks

SETS = ("contract", "all")
"""Words that stand for several guarantees."""


@dataclass(frozen=True)
class Plan:
    """Target, guarantees, and how they are checked.

    Parameters
    ----------
    target : "module:name"
    guarantees : "contract", "all", ids, or several of them
    seed : of the first round; each further round takes the next one
    examples : small inputs per guarantee and round
    time_limit : seconds for one call
    metric, normalize : the distances in which radii are measured

    Raises
    ------
    InvalidProblem
        If there is no such guarantee or metric, or a number makes no sense.

    Examples
    --------
    >>> plan = Plan("my.module:select", ("two-approximation",))
    >>> plan.needed("valid-selection"), plan.needed("two-approximation")
    (20, 80)
    """

    target: str
    guarantees: tuple[str, ...] = ("contract",)
    seed: int = 0
    examples: int = 200
    time_limit: float = 10.0
    metric: str = "euclidean"
    normalize: bool = False

    def __post_init__(self) -> None:
        as_count("fuzz", "seed", self.seed, 0)
        as_count("fuzz", "examples", self.examples, 1)
        require_seconds("time_limit", self.time_limit)
        if self.metric not in METRICS:
            raise InvalidProblem(
                "fuzz",
                f"metric={self.metric!r}",
                "there is no such metric",
                f"Choose one of {', '.join(METRICS)}.",
            )
        chosen(self.guarantees)

    def needed(self, guarantee: str) -> int:
        """How many inputs must meet the hypotheses of a guarantee, in all rounds together."""
        return needed_checks(self.examples, as_guarantee(guarantee).variants)

    @property
    def options(self) -> dict[str, Any]:
        """How a call is made and measured."""
        return {
            "time_limit": self.time_limit,
            "metric": self.metric,
            "normalize": self.normalize,
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self) | {"guarantees": list(self.guarantees)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Plan":
        """Read back what `to_dict` gave."""
        fields: dict[str, Any] = {**data, "guarantees": tuple(data["guarantees"])}
        return cls(**fields)


def chosen(asked: Iterable[str], claimed: Iterable[str] = ()) -> tuple[Chosen, ...]:
    """Which guarantees a campaign checks; valid-selection always comes first.

    Parameters
    ----------
    asked : words of `SETS`, and ids
    claimed : what the attribute of the target names, which counts beside a word of `SETS`

    Examples
    --------
    >>> [choice.guarantee.id for choice in chosen(["deterministic"])]
    ['valid-selection', 'deterministic']
    """
    found: dict[str, Chosen] = {}
    for word in asked:
        for choice in choose(word if word in SETS else [word], claimed):
            id = choice.guarantee.id
            if choice.required or id not in found:
                found[id] = choice
    return tuple(found.values())


def require_seconds(name: str, seconds: float) -> None:
    """Refuse a length of time that is none."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise InvalidProblem(
            "fuzz", f"{name}={seconds:g}", f"{name} must be positive", "Pass more than 0."
        )
