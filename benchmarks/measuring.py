"""Measure one thing, beside its peers, in alternation; keep what the table needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A measured number: the median of its rounds, and the quartiles as its spread."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.rounds)

    def as_json(self) -> dict[str, float | int]:
        """The figure as the JSON of the results holds it."""
        low, _, high = (
            quantiles(self.rounds, n=4, method="inclusive")
            if len(self.rounds) > 1
            else self.rounds * 3
        )
        return {"median": self.median, "low": low, "high": high, "rounds": len(self.rounds)}


@dataclass(frozen=True)
class Target:
    """What was to be reached, what was measured, and whether that reaches it."""

    text: str
    measured: str
    reached: bool


def at_most(text: str, value: float, limit: float, show: str = "{:.3g}") -> Target:
    """A target that a value reaches by staying at or below a limit."""
    return Target(text, show.format(value), bool(value <= limit))


def at_least(text: str, value: float, limit: float, show: str = "{:.3g}") -> Target:
    """A target that a value reaches by getting to a limit or above."""
    return Target(text, show.format(value), bool(value >= limit))


@dataclass
class Bench:
    """One row of the table: a timing by pytest-benchmark with the peers' timings beside it."""

    benchmark: Any
    ours: list[float] = field(default_factory=list)
    peers: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def run(
        self,
        function: Callable[[], Any],
        *,
        peers: Mapping[str, Callable[[], Any]] | None = None,
        rounds: int = 1,
        primed: bool = False,
    ) -> Any:
        """Call the function `rounds` times, each time after every peer, and return its answer.

        Alternation spreads a change of the machine's speed evenly over all of them. If `primed`,
        each timed call of ours or of a peer follows an untimed one of the same function: calls of
        milliseconds would otherwise be timed with the caches that another function left.
        """
        peers = peers or {}
        self.peers = {name: [] for name in peers}

        def run_peers() -> None:
            for name, peer in peers.items():
                if primed:
                    peer()
                start = perf_counter()
                self.answers[name] = peer()
                self.peers[name].append(perf_counter() - start)
            if primed:
                function()

        def timed() -> Any:
            start = perf_counter()
            answer = function()
            self.ours.append(perf_counter() - start)
            return answer

        return self.benchmark.pedantic(timed, setup=run_peers, rounds=rounds, iterations=1)

    @property
    def seconds(self) -> float:
        """The median time of the function."""
        return Figure(tuple(self.ours)).median

    def ratio(self, peer: str) -> Figure:
        """How many times longer the peer took, round by round."""
        return Figure(tuple(p / o for p, o in zip(self.peers[peer], self.ours, strict=True)))

    def record(
        self,
        case: str,
        result: str,
        *,
        targets: tuple[Target, ...] = (),
        timed: bool = True,
        **facts: Any,
    ) -> None:
        """Keep the row for the JSON; `timed=False` for a row whose own time says nothing."""
        self.benchmark.extra_info.update(
            case=case,
            result=result,
            ours=Figure(tuple(self.ours)).as_json() if timed else None,
            peers=[
                {
                    "name": name,
                    "seconds": Figure(tuple(seconds)).as_json(),
                    "times_ours": self.ratio(name).as_json(),
                }
                for name, seconds in self.peers.items()
            ],
            targets=[vars(target) for target in targets],
            facts=facts,
        )
