"""One algorithm, its calls, and how their answers are measured."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mobtheory.covering import CoveringProblem
from mobtheory.errors import InvalidProblem
from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.answers import Kept, read_answer
from mobtheory.testing.calling import Printed, call_within
from mobtheory.testing.misbehaviour import Misbehaviour, OutsideDomain
from mobtheory.testing.ruler import Ruler
from mobtheory.testing.second_process import SecondProcess
from mobtheory.testing.target import Algorithm


class BaseCallFailed(Exception):
    """The plain call on an input, which every check begins with, gave no usable answer."""

    def __init__(self, misbehaviour: Misbehaviour) -> None:
        super().__init__(str(misbehaviour))
        self.misbehaviour = misbehaviour


@dataclass
class Calls:
    """What a check uses to call the algorithm.

    Attributes
    ----------
    algorithm : whose guarantees are checked
    time_limit : seconds for one call
    metric, normalize : in which distances radii are measured
    printed : what the algorithm printed
    takes_torch : whether it takes torch tensors; None until it was tried
    refused : inputs outside the domain that the algorithm claims, and the last reason
    """

    algorithm: Algorithm
    time_limit: float = 10.0
    metric: str = "euclidean"
    normalize: bool = False
    printed: Printed = field(default_factory=Printed)
    takes_torch: bool | None = None
    refused: int = 0
    refusal: str = ""
    _second: SecondProcess | None = None
    _asked_elsewhere: bool = False

    def select(self, visual: Any, prompt: Any, budget: int, device: str = "cpu") -> Kept:
        """Call it and read the answer; raises `Misbehaviour`."""
        answer = call_within(
            self.time_limit, self.printed, self.algorithm.select, visual, prompt, budget
        )
        return call_within(
            self.time_limit, self.printed, read_answer, answer, len(visual), budget, device
        )

    def keep(self, given: CoveringInput) -> Kept:
        """Make the plain call on an input; raises `BaseCallFailed`."""
        try:
            return self.select(*fresh(given), given.budget)
        except Misbehaviour as error:
            raise BaseCallFailed(error) from None

    def note_refusal(self, error: OutsideDomain) -> None:
        """Count an input that the algorithm does not claim to treat."""
        self.refused += 1
        self.refusal = str(error)

    def undefined(self, given: CoveringInput) -> bool:
        """Whether the distances asked for are not defined: a zero token has no direction."""
        if self.metric != "cosine" and not self.normalize:
            return False
        return not (given.visual.any(axis=1).all() and given.prompt.any(axis=1).all())

    def ruler(self, given: CoveringInput) -> Ruler:
        """Lengths of the input, in the distances asked for."""
        return Ruler(given, self.metric, self.normalize)

    def elsewhere(self) -> SecondProcess | None:
        """The same algorithm in a process with another hash seed; None where it has no name."""
        self._asked_elsewhere = True
        if self._second is None and self.algorithm.reference is not None:
            self._second = SecondProcess(self.algorithm.reference)
        return self._second

    def notes(self) -> list[str]:
        """What else was seen, for people."""
        notes: list[str] = []
        if self.printed.start.strip():
            notes.append(f"it prints: {self.printed.start.strip().splitlines()[0]!r}")
        if self._second is not None and self._second.reason:
            notes.append(f"determinism was checked in one process only: {self._second.reason}")
        elif self._asked_elsewhere and self.algorithm.reference is None:
            notes.append(
                "determinism was checked in one process only: no import path names the algorithm"
            )
        if self.refusal:
            notes.append(f"it refuses what it does not claim to treat: {self.refusal}")
        return notes

    def close(self) -> None:
        """End the second process."""
        if self._second is not None:
            self._second.close()


def require_calls(called: str, time_limit: float, metric: str, normalize: bool) -> None:
    """Refuse a limit that is no time, and distances that nobody knows."""
    if not (isinstance(time_limit, int | float) and 0 < time_limit < math.inf):
        raise InvalidProblem(
            called,
            f"time_limit={time_limit!r}",
            "the limit of a call is a number of seconds above 0",
            "Pass for example time_limit=10.0.",
        )
    CoveringProblem(np.ones((1, 1)), np.ones((1, 1)), 1, metric=metric, normalize=normalize)


def fresh(given: CoveringInput) -> tuple[Any, Any]:
    """Copies of both clouds that are like them: dtype, layout, and whether they can be written."""
    return like(given.visual, given.visual), like(given.prompt, given.prompt)


def like(values: Any, pattern: Any) -> Any:
    """An array of the values in the memory layout of another, which may have other sizes."""
    if pattern.flags.c_contiguous:
        copy = np.array(values, dtype=pattern.dtype, order="C")
    elif pattern.flags.f_contiguous:
        copy = np.array(values, dtype=pattern.dtype, order="F")
    else:
        room = np.empty([2 * n for n in np.shape(values)], dtype=pattern.dtype)
        copy = room[tuple(slice(None, None, 2 if s >= 0 else -2) for s in pattern.strides)]
        copy[...] = values
    copy.flags.writeable = pattern.flags.writeable
    return copy
