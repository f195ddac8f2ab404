"""What a run of the kit found: one result per guarantee, with the smallest counterexample."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mobtheory.testing.misbehaviour import BAD_TARGETS

Status = Literal["passed", "failed", "skipped", "xfailed"]


_WRITTEN_OUT = 4000


def _plain(number: float) -> float | str | None:
    """As JSON has it: nothing where nothing was compared."""
    return None if math.isnan(number) else "inf" if math.isinf(number) else number


@dataclass(frozen=True, eq=False)
class Counterexample:
    """An input on which a guarantee is broken; no token of it can be left out.

    Attributes
    ----------
    visual, prompt : (N, d) and (L, d), as the algorithm got them
    budget : K
    seed : what the check drew its permutation, isometry or scale from
    kept : rows of S_p and S_v that the algorithm kept, or None where it gave no usable answer
    left, right : what should be at most what, in words
    lhs, rhs : both sides
    optimum : centres that show the right side, or None
    exact : whether exact arithmetic confirmed that it is broken
    kind : "violated", or what the algorithm did instead of answering
    detail : what else a reader should know
    """

    visual: NDArray[Any]
    prompt: NDArray[Any]
    budget: int
    seed: int
    kept: tuple[tuple[int, ...], tuple[int, ...]] | None
    left: str
    right: str
    lhs: float
    rhs: float
    optimum: tuple[int, ...] | None
    exact: bool
    kind: str
    detail: str

    @property
    def points(self) -> int:
        """N + L, how many tokens it takes."""
        return len(self.visual) + len(self.prompt)

    @property
    def integral(self) -> bool:
        """Whether all coordinates are integers."""
        both = np.concatenate([self.visual, self.prompt])
        return bool((both == np.round(both)).all())

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        data = asdict(self)
        for name in ("visual", "prompt"):
            array = getattr(self, name)
            data[name] = array.tolist() if array.size <= _WRITTEN_OUT else None
        data |= {name: _plain(data[name]) for name in ("lhs", "rhs")}
        return data | {
            "shape": [len(self.visual), len(self.prompt), self.visual.shape[1]],
            "dtype": str(self.visual.dtype),
            "points": self.points,
            "integral": self.integral,
        }


@dataclass(frozen=True, eq=False)
class GuaranteeResult:
    """What was found about one guarantee.

    Attributes
    ----------
    guarantee : its id
    status : "passed", "failed", "skipped" (too few inputs met its hypotheses, or it does not apply)
        or "xfailed" (it fails, as was declared)
    reason : why, in words; "" where it passed
    examples : inputs that were drawn
    checks : inputs on which the guarantee was really checked
    counterexample : the smallest that was found, or None
    reproduction : a script that shows the failure again, or ""
    seconds : how long it took
    refuted_after : seconds until the first failing input, before it was made smaller, or None
    expected : the declared reason for a failure, or None
    plain_call : whether already the plain call on the input gave no usable answer
    applies : whether the algorithm offers what the guarantee is about
    """

    guarantee: str
    status: Status
    reason: str = ""
    examples: int = 0
    checks: int = 0
    counterexample: Counterexample | None = None
    reproduction: str = ""
    seconds: float = 0.0
    refuted_after: float | None = None
    expected: str | None = None
    applies: bool = True
    plain_call: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = self.counterexample
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return data | {"counterexample": None if found is None else found.to_dict()}


@dataclass(frozen=True, eq=False)
class ConformanceReport:
    """What the kit found about one algorithm.

    Attributes
    ----------
    algorithm : its name
    results : one per guarantee, in the order of `GUARANTEES`
    notes : what else was seen, for example that it prints
    seed, max_examples : how the inputs were drawn
    seconds : how long it took
    """

    algorithm: str
    results: tuple[GuaranteeResult, ...]
    notes: tuple[str, ...] = ()
    seed: int = 0
    max_examples: int = 200
    seconds: float = 0.0

    @property
    def exit_status(self) -> int:
        """0 all kept, 1 a guarantee is broken, 2 nothing that can be called, 3 too few checks."""
        kinds = {
            result.counterexample.kind if result.counterexample else result.reason.split(":")[0]
            for result in self.results
            if result.status == "failed"
        }
        if kinds & set(BAD_TARGETS):
            return 2
        if kinds:
            return 1
        return 3 if any(r.status == "skipped" and r.applies for r in self.results) else 0

    @property
    def passed(self) -> bool:
        """Whether every guarantee was checked often enough and kept, or failed as declared."""
        return self.exit_status == 0

    def __getitem__(self, guarantee: str) -> GuaranteeResult:
        """The result of one guarantee."""
        results = {result.guarantee: result for result in self.results}
        if guarantee not in results:
            raise KeyError(f"{guarantee!r} was not checked, but {', '.join(results)}")
        return results[guarantee]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the same seed gives the same data, apart from times.

        On a slow machine the search for a smaller counterexample may end early.
        """
        return {
            "algorithm": self.algorithm,
            "passed": self.passed,
            "exit_status": self.exit_status,
            "seed": self.seed,
            "max_examples": self.max_examples,
            "seconds": round(self.seconds, 3),
            "notes": list(self.notes),
            "results": [result.to_dict() for result in self.results],
        }


class ConformanceFailure(AssertionError):
    """An algorithm breaks a guarantee that it names, or too few checks ran.

    Attributes
    ----------
    report : the whole `ConformanceReport`, or None from `assert_guarantee`
    """

    def __init__(self, message: str, report: ConformanceReport | None = None) -> None:
        super().__init__(message)
        self.report = report
