"""The adversary: for every claim the instance that comes nearest to breaking it."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mobtheory.claims import Claim, Verdict, select_claims
from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.experiments import targeting
from mobtheory.experiments.ascent import (
    COPIES,
    DIFFERENCES,
    INTEGER_STEPS,
    PATTERN,
    ascend,
    climb,
    double,
    fresh_draw,
    real_start,
    search_pattern,
)
from mobtheory.experiments.draws import NOT_MET, RATIO, VIOLATED, Closeness, Trial
from mobtheory.experiments.instance_fields import plain_fields
from mobtheory.experiments.shrinking import SHRINKING, SMALL_CLOUDS, search_small, shrink
from mobtheory.experiments.slack import measure_slack
from mobtheory.experiments.tally import plain_number
from mobtheory.experiments.trials import Trials
from mobtheory.experiments.witnesses import (
    STORED,
    Witness,
    better_witness,
    read_witnesses,
    witnesses_text,
    write_witnesses,
)

SEARCH_PROFILES = {"quick": 400, "standard": 4000, "deep": 40000}
"""Instances per claim for the search; a small result takes as many again, a refutation thrice."""
FILE = "witnesses.json"
MANY = 64  # points; to take each of so many away, or move it, would take too long
NEARLY = 0.9  # some bounds are reached in the limit of many points only
LIMIT = 0.99  # with so many copies a ratio that tends to 1 is nearer than that
Agreement = Literal["agrees", "contradicts", "open"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class AdversaryReport:
    """What the adversary found.

    Attributes
    ----------
    witnesses : one per claim, in dependency order
    agreements : per claim whether its witness agrees with what is registered
    """

    witnesses: tuple[Witness, ...]
    agreements: dict[str, Agreement]

    @property
    def exit_status(self) -> int:
        """0 all agrees, 1 a witness contradicts the registry, 3 a search fell short."""
        found = set(self.agreements.values())
        return 1 if "contradicts" in found else 3 if "open" in found else 0

    @property
    def used_hypothesis(self) -> bool:
        """Whether Hypothesis drew and targeted too, for which it must be installed."""
        return all(targeting.HOW in witness.stages for witness in self.witnesses)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "witnesses": [
                {**witness.to_dict(), "agreement": self.agreements[witness.claim]}
                for witness in self.witnesses
            ]
        }


def run_adversary(
    *,
    claims: str | Sequence[str] = "*",
    profile: str = "standard",
    seed: int = 0,
    seconds: float | None = None,
    folder: str | PathLike[str] | None = None,
    restart: bool = False,
    write: bool = False,
    progress: Progress | None = None,
) -> AdversaryReport:
    """Maximise lhs/rhs of every claim over instances that satisfy its hypotheses.

    Parameters
    ----------
    claims : id or shell pattern, or several
    profile : "quick", "standard" or "deep"
    seed : the same seed gives the same witnesses, unless `seconds` cuts a search short
    seconds : limit per claim on the search; None for no limit
    folder : where the witnesses so far are kept, so that a run that was stopped goes on; None
        keeps nothing
    restart : whether to forget what the folder holds
    write : whether to put the witnesses that are better than the stored ones into the package
    progress : called with ("claims", done, total)

    Returns
    -------
    AdversaryReport

    Raises
    ------
    UnknownClaim, InvalidProblem
        For a pattern without a match, an unknown profile, a negative seed, seconds of 0 or less,
        or a folder with the witnesses of something else.
    ReportNotWritten
        If the folder, or the package, cannot be written.

    Examples
    --------
    >>> from mobtheory.experiments import run_adversary
    >>> report = run_adversary(claims="covering.nn-optimal", profile="quick")
    >>> report.witnesses[0].label, report.exit_status
    ('tight', 0)
    """
    _require(profile, seconds)
    seed = as_count("adversary", "seed", seed, 0)
    chosen = select_claims(claims)
    search = {"seed": seed, "profile": profile, "seconds": seconds}
    path = None if folder is None else Path(fspath(folder)) / FILE
    known = {} if path is None or restart else _known(path, search)
    tell = progress or (lambda *_: None)
    found: dict[str, Witness] = {}
    for done, claim in enumerate(chosen):
        tell("claims", done, len(chosen))
        earlier = known.get(claim.id)
        if earlier is None or not earlier.reproduces(claim):
            earlier = seek(claim, profile=profile, seed=seed, seconds=seconds)
        found[claim.id] = known[claim.id] = earlier
        if path is not None:
            write_witnesses(path, witnesses_text(known, search))
    tell("claims", len(chosen), len(chosen))
    if write:
        refresh_stored(chosen, found)
    agreements: dict[str, Agreement] = {
        claim.id: agreement(claim, found[claim.id]) for claim in chosen
    }
    return AdversaryReport(tuple(found.values()), agreements)


def refresh_stored(claims: Sequence[Claim], found: dict[str, Witness], path: Path = STORED) -> None:
    """Put witnesses into the package's file, where they are better than those that it holds."""
    stored = read_witnesses(path)[1] if path.exists() else {}
    better = {c.id: better_witness(c, found[c.id], stored.get(c.id)) for c in claims}
    write_witnesses(path, witnesses_text(stored | better, {}))


def seek(
    claim: Claim, *, profile: str = "standard", seed: int = 0, seconds: float | None = None
) -> Witness:
    """The nearest that a search comes to breaking one claim, registered or not.

    Hypothesis draws and targets, where it is installed; then integer steps on the coordinates and
    the seed, with restarts; then a pattern search and finite differences on floats. The result is
    made smaller as long as it shows the same.

    Parameters
    ----------
    claim : any claim
    profile, seed, seconds : as for `run_adversary`
    """
    started = time.perf_counter()
    limit = math.inf if seconds is None else seconds
    trials = Trials(claim, started + limit / 2)
    rng = np.random.default_rng([seed, *claim.id.encode()])
    count = SEARCH_PROFILES[profile]
    stages = _search(trials, count, rng)
    trials.deadline = started + limit
    nearest, slack = trials.nearest(), None
    smallest, found_by = _smallest(trials, nearest, count, rng, stages)
    if claim.verdict.claims_truth and nearest.closeness[0] == RATIO:
        climb(trials, count // 8, rng, _looseness)
        others = [smallest] if smallest.draw.size[0] <= MANY else []
        slack = measure_slack(trials, others, rng)
    return _witness(
        trials,
        smallest,
        found_by=found_by,
        shrunk=smallest.draw.size < nearest.draw.size,
        stages=stages,
        slack=slack,
        search={"seed": seed, "profile": profile},
        seconds=round(time.perf_counter() - started, 1),
    )


def _search(trials: Trials, count: int, rng: np.random.Generator) -> list[str]:
    stages: list[str] = []
    trials.run(fresh_draw(rng), INTEGER_STEPS)  # one at least, however little time there is
    wants_integers = trials.claim.verdict in {Verdict.REFUTED, Verdict.UNSATISFIABLE}
    lanes = targeting.LANES[:1] if wants_integers else targeting.LANES
    if targeting.is_available():
        stages.append(targeting.HOW)
        for lane in lanes:
            targeting.target_closeness(trials, lane, count // 8, int(rng.integers(2**32)))
    stages.append(INTEGER_STEPS)
    climb(trials, count // 2, rng)
    if trials.settled or wants_integers:
        return stages
    stages.append(COPIES)
    _seek_limit(trials, rng)
    stages += [PATTERN, DIFFERENCES]
    for _ in range(2):
        start = real_start(trials, rng)
        if start is not None:
            ascend(trials, search_pattern(trials, start, count // 16), count // 16)
    return stages


def _seek_limit(trials: Trials, rng: np.random.Generator) -> None:
    """Many copies of points count where equality is their limit; else fewer points say more."""
    apart = Trials(trials.claim, trials.deadline)
    end = double(apart, trials.best[True], rng)
    trials.used, trials.met = trials.used + apart.used, trials.met + apart.met
    if end.closeness >= (RATIO, LIMIT):
        trials.run(end.draw, COPIES)


def _looseness(trial: Trial) -> Closeness:
    """What is maximised to find a large right side beside a small left one."""
    return trial.closeness[0], -trial.closeness[1]


def _smallest(
    trials: Trials, nearest: Trial, count: int, rng: np.random.Generator, stages: list[str]
) -> tuple[Trial, str]:
    """The smallest trial that shows the same as the nearest one, and what came upon it."""
    found, found_by = nearest, trials.found_by[nearest.draw.integral]
    if nearest.closeness[0] == NOT_MET:
        return found, found_by
    refuted = trials.claim.verdict is Verdict.REFUTED

    def keeps(trial: Trial) -> bool:
        if refuted:
            return trial.exact
        return trial.reaches if nearest.reaches else trial.closeness >= nearest.closeness

    if keeps(nearest) and nearest.draw.size[0] <= MANY:
        stages.append(SHRINKING)
        found = shrink(trials, nearest, keeps, count, rng)
    if refuted or nearest.reaches:
        # The steps of shrinking may end above the fewest points, or the smallest integers.
        stages.append(SMALL_CLOUDS)
        most = 3 * count if refuted else count
        smaller = search_small(trials, keeps, found.draw.size[0] + 1, most, rng)
        if smaller is not None:
            smaller = shrink(trials, smaller, keeps, count // 2, rng)
            if not keeps(found) or smaller.draw.size < found.draw.size:
                return smaller, SMALL_CLOUDS
    return found, found_by


def _witness(trials: Trials, trial: Trial, **told: Any) -> Witness:
    claim, margin, draw = trials.claim, trial.margin, trial.draw
    record: dict[str, Any] = {
        "claim": claim.id,
        "verdict": claim.verdict.name,
        "label": label_of(claim, trial),
        "registered": _registered_size(claim),
        "tried": trials.used,
        "met": trials.met,
        **told,
    }
    if margin is None:
        names = ("lane", "visual", "prompt", "seed", "lhs", "rhs", "rounding", "ratio", "fields")
        record |= dict.fromkeys((*names, "found_by"))
    else:
        sides = ("lhs", "rhs", "rounding", "ratio")
        record |= {name: plain_number(getattr(margin, name)) for name in sides}
        if not trial.has_ratio and trial.closeness[0] < VIOLATED:
            record["ratio"] = None  # of a difference from 0, or of 0 and 0
        record |= {
            "lane": "exact" if draw.integral else "float",
            "visual": draw.visual.tolist(),
            "prompt": draw.prompt.tolist(),
            "seed": draw.seed,
            "fields": plain_fields(draw.instance(claim)),
        }
    return Witness(**record)


def label_of(claim: Claim, trial: Trial) -> str:
    """What the nearest trial says of its claim, in the words of `Witness`."""
    rank, value = trial.closeness
    if rank == NOT_MET or trial.margin is None:
        return "no instance"
    if claim.verdict is Verdict.REFUTED:
        return "refuted" if trial.exact else "not refuted"
    if rank >= VIOLATED:
        return "violated"
    if trial.reaches:
        return "tight"
    if rank == RATIO:
        return f"loose by a factor {_factor(trial.margin.rhs / trial.margin.lhs)}"
    return "identity" if value >= 0 else f"loose by a difference of {-value:.6g}"


def _factor(excess: float) -> str:
    """A factor of at least 1; one that is hardly more shows how much more."""
    return f"1 + {excess - 1:.2g}" if 0 < excess - 1 < 1e-3 else f"{excess:.4g}"


def agreement(claim: Claim, witness: Witness) -> Agreement:
    """Whether a witness agrees with what is registered of its claim.

    "open": no counterexample to a REFUTED claim, no instance of a true one, or equality that is
    said to be reached and was not come near to.
    """
    if claim.verdict is Verdict.UNSATISFIABLE:
        return "agrees" if witness.lane is None else "contradicts"
    if claim.verdict is Verdict.REFUTED:
        return "agrees" if witness.label == "refuted" else "open"
    if claim.verdict.claims_truth and witness.label == "violated":
        return "contradicts"
    if witness.lane is None:
        return "open"
    compared = witness.label.startswith("loose by a factor")
    missed = claim.tight and compared and witness.margin.ratio < NEARLY
    return "open" if missed else "agrees"


def _registered_size(claim: Claim) -> dict[str, float] | None:
    """Points and largest magnitude of the counterexample, where it is posed by points."""
    stored = None if claim.counterexample is None else claim.counterexample.instance
    problem = getattr(stored, "problem", None)
    if problem is None or problem.visual is None:
        return None
    clouds = [np.asarray(cloud) for cloud in (problem.visual, problem.prompt)]
    return {
        "points": sum(map(len, clouds)),
        "largest": float(max(np.abs(cloud).max() for cloud in clouds)),
    }


def _require(profile: str, seconds: float | None) -> None:
    if profile not in SEARCH_PROFILES:
        known = ", ".join(SEARCH_PROFILES)
        raise InvalidProblem(
            "adversary", f"profile {profile!r}", f"known are {known}", "Choose one."
        )
    if seconds is not None and not seconds > 0:
        raise InvalidProblem(
            "adversary", f"seconds={seconds}", "a search needs time", "Pass more than 0."
        )


def _known(path: Path, search: dict[str, Any]) -> dict[str, Witness]:
    """The witnesses of an earlier run that asked the same; none where there was no such run."""
    if not path.exists():
        return {}
    asked, witnesses = read_witnesses(path)
    return witnesses if asked == search else {}
