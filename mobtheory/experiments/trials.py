"""The ledger of a search: what was tried, the nearest and the loosest trials so far."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mobtheory.claims import Claim, Verdict
from mobtheory.experiments.draws import VIOLATED, VIOLATED_EXACTLY, Draw, Trial

_KEPT = 6


@dataclass
class Trials:
    """Everything that one search has tried of one claim.

    Attributes
    ----------
    deadline : reading of `time.perf_counter` at which the search stops early
    used : number of instances so far
    met : those that met every hypothesis
    best : the trial nearest to a violation, in the exact lane and in floats
    found_by : by lane, what came upon it
    loosest : the trials in the exact lane with the smallest lhs/rhs, lhs > 0 beyond rounding
    """

    claim: Claim
    deadline: float = math.inf
    used: int = 0
    met: int = 0
    best: dict[bool, Trial] = field(default_factory=dict)
    found_by: dict[bool, str] = field(default_factory=dict)
    loosest: list[Trial] = field(default_factory=list)

    def run(self, draw: Draw, how: str) -> Trial:
        """Confront the claim with one more draw."""
        trial = Trial.of(self.claim, draw)
        self.used += 1
        self.met += trial.margin is not None
        lane = draw.integral
        if lane not in self.best or trial.closeness > self.best[lane].closeness:
            self.best[lane], self.found_by[lane] = trial, how
        if lane and math.isfinite(trial.excess):
            self._keep_if_loose(trial)
        return trial

    def _keep_if_loose(self, trial: Trial) -> None:
        if all(trial.excess != kept.excess for kept in self.loosest):
            self.loosest = sorted([*self.loosest, trial], key=lambda t: -t.excess)[:_KEPT]

    def allowance(self, count: int, *, once_settled: bool = False) -> Callable[[], bool]:
        """Whether a stage of at most `count` trials may go on, or has found what it can."""
        last = self.used + count
        return lambda: (
            self.used < last
            and time.perf_counter() < self.deadline
            and (once_settled or not self.settled)
        )

    @property
    def settled(self) -> bool:
        """Whether nothing nearer can be found: a violation, or equality on integers."""
        exact = self.best.get(True)
        if self.claim.verdict is Verdict.REFUTED:
            return exact is not None and exact.closeness[0] == VIOLATED_EXACTLY
        if any(trial.closeness[0] >= VIOLATED for trial in self.best.values()):
            return True
        return exact is not None and exact.reaches

    def nearest(self) -> Trial:
        """The trial nearest to a violation; of two as near, one in the exact lane."""
        if len(self.best) == 1:
            return next(iter(self.best.values()))
        exact, real = self.best[True], self.best[False]
        rank, value = real.closeness
        # A millionth nearer is not worth giving up whole numbers for.
        as_near = exact.closeness >= (rank, value - 1e-6 * abs(value))
        return exact if as_near else real
