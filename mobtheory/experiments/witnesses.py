"""Witnesses: the instance that comes nearest to breaking a claim, stored so that it returns."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from mobtheory.claims import Claim, Margin, Verdict
from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.experiments.draws import Draw, Points, Trial

SCHEMA_VERSION = 1
STORED = Path(__file__).with_name("witnesses.json")
Number = float | str
_MOST_SHOWN = 64


@dataclass(frozen=True)
class Witness:
    """What a search found about a claim.

    Attributes
    ----------
    claim, verdict : the id of the claim, and its verdict at the time
    label : "tight" where both sides are equal within rounding; "loose by a factor x", x = rhs/lhs
        of the nearest instance found, so the bound may still be tighter; "identity" and "loose by
        a difference of x" where there is no ratio, as the right side is 0; "refuted",
        "not refuted", "violated"; "no instance" where none met the hypotheses
    lane : "exact" for clouds of integers, else "float"; None without an instance
    visual, prompt, seed : from these the instance returns
    lhs, rhs, rounding : both sides there; an infinite one is a word
    ratio : lhs/rhs; None without an instance, or where a difference from 0 counts
    fields : what the seed drew
    slack : how far the right side can lie above the left one, see `measure_slack`
    registered : for a REFUTED claim, points and largest magnitude of its counterexample
    found_by, shrunk : the stage that came upon it, and whether it was made smaller since
    stages : those that ran
    tried, met : instances of the search, and those that met every hypothesis
    search : seed and profile
    seconds : wall-clock time of the search
    """

    claim: str
    verdict: str
    label: str
    lane: str | None
    visual: list[list[float]] | None
    prompt: list[list[float]] | None
    seed: int | None
    lhs: Number | None
    rhs: Number | None
    rounding: Number | None
    ratio: Number | None
    fields: Any
    slack: dict[str, Any] | None
    registered: dict[str, float] | None
    found_by: str | None
    shrunk: bool
    stages: list[str]
    tried: int
    met: int
    search: dict[str, Any]
    seconds: float

    @property
    def draw(self) -> Draw:
        """The clouds and the seed; raises where there is no instance."""
        if self.visual is None or self.prompt is None or self.seed is None:
            raise InvalidProblem(
                f"witness of {self.claim}",
                f"one with the label {self.label!r}",
                "no instance met the hypotheses of the claim",
                "Ask whether lane is None first.",
            )
        return Draw(self._points(self.visual), self._points(self.prompt), self.seed)

    def _points(self, rows: list[list[float]]) -> Points:
        return np.array(rows, dtype=np.int64 if self.lane == "exact" else np.float64)

    @property
    def margin(self) -> Margin:
        """Both sides as they are stored."""
        return Margin(*(float(x or 0.0) for x in (self.lhs, self.rhs, self.rounding)))

    @property
    def points(self) -> int | None:
        """Number of points of both clouds."""
        return None if self.lane is None else self.draw.size[0]

    @property
    def is_smaller(self) -> bool | None:
        """Whether it is smaller than the registered counterexample; None where there is none."""
        if self.registered is None or self.lane is None:
            return None
        return self.draw.size[0:3:2] < (self.registered["points"], self.registered["largest"])

    def reproduces(self, claim: Claim) -> bool:
        """Whether the instance returns and gives the stored sides.

        Exactly where they were computed without rounding, else within it. A witness without an
        instance reproduces as long as the verdict stands.
        """
        if claim.id != self.claim or claim.verdict.name != self.verdict:
            return False
        if self.lane is None:
            return True
        now, stored = Trial.of(claim, self.draw).margin, self.margin
        if now is None:
            return False
        if stored.rounding == 0:
            return now == stored
        sides = ((now.lhs, stored.lhs), (now.rhs, stored.rhs))
        return all(abs(new - old) <= stored.rounding for new, old in sides)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def better_witness(claim: Claim, new: Witness, old: Witness | None) -> Witness:
    """The nearer one, of refutations the smaller one; the old one where that leaves it open."""
    if old is None or old.lane is None or not old.reproduces(claim):
        return new
    if new.lane is None:
        return old
    fresh, known = Trial.of(claim, new.draw), Trial.of(claim, old.draw)
    if claim.verdict is Verdict.REFUTED and fresh.exact and known.exact:
        return new if fresh.draw.size < known.draw.size else old
    if fresh.closeness == known.closeness:
        return new if fresh.draw.size < known.draw.size else old
    return new if fresh.closeness > known.closeness else old


def witnesses_text(witnesses: Mapping[str, Witness], search: Mapping[str, Any]) -> str:
    """The JSON document, a line to a claim; the same witnesses give the same bytes."""
    lines = [
        f"{json.dumps(id)}: {json.dumps(witness.to_dict(), allow_nan=False)}"
        for id, witness in sorted(witnesses.items())
    ]
    head = f'{{"schema": {SCHEMA_VERSION}, "search": {json.dumps(dict(search))}, "witnesses": {{'
    return "\n".join((head, ",\n".join(lines), "}}", ""))


def write_witnesses(path: Path, text: str) -> None:
    """Replace a file of witnesses at once, so that it is never half written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as scratch:
            scratch.write(text)
        os.chmod(scratch.name, 0o644)
        os.replace(scratch.name, path)
    except OSError as error:
        raise ReportNotWritten(
            "adversary",
            f"{str(path)!r} ({type(error).__name__}: {error})",
            "the witnesses need a file that can be written",
            "Choose another folder, or mend its permissions; the old file is as it was.",
        ) from error


def read_witnesses(path: Path) -> tuple[dict[str, Any], dict[str, Witness]]:
    """The search and the witnesses of a file, the latter by claim.

    Raises
    ------
    InvalidProblem
        If the file holds something else.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["schema"] != SCHEMA_VERSION:
            raise ValueError(f"schema {document['schema']}")
        found = {id: Witness(**record) for id, record in document["witnesses"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidProblem(
            "adversary",
            f"{str(path)!r} ({type(error).__name__}: {error})",
            f"a file of witnesses of schema {SCHEMA_VERSION} is needed",
            "Remove it, or name another folder.",
        ) from error
    return document["search"], found


def stored_witnesses() -> dict[str, Witness]:
    """The witnesses that ship with the package, by claim."""
    return read_witnesses(STORED)[1]


def witness_summary(claim_id: str) -> dict[str, Any] | None:
    """What the stored witness says of a claim, in short; None for a claim without one.

    Parameters
    ----------
    claim_id : for example ``"covering.seeded-fps"``

    Returns
    -------
    dict or None
        label, slack (its label), lane, lhs, rhs, ratio, points, visual and prompt (None where
        there are many points), fields, registered and tried, as `Witness` has them; and
        is_smaller, whether a refutation has fewer points than the registered counterexample, or
        as many and smaller coordinates.

    Examples
    --------
    >>> summary = witness_summary("covering.seeded-fps")
    >>> summary["label"], summary["ratio"]
    ('tight', 1.0)
    """
    witness = stored_witnesses().get(claim_id)
    if witness is None:
        return None
    names = ("label", "lane", "lhs", "rhs", "ratio", "points", "fields")
    few = witness.points is not None and witness.points <= _MOST_SHOWN
    return {
        **{name: getattr(witness, name) for name in names},
        "visual": witness.visual if few else None,
        "prompt": witness.prompt if few else None,
        "slack": None if witness.slack is None else witness.slack["label"],
        "registered": witness.registered,
        "is_smaller": witness.is_smaller,
        "tried": witness.tried,
    }
