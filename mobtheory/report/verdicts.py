"""The verdicts in the words of a report."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mobtheory.claims import Verdict

WORDS = {
    Verdict.PROVED: "true",
    Verdict.DOMINATED: "true but dominated by a simpler bound",
    Verdict.VACUOUS: "vacuous",
    Verdict.UNSATISFIABLE: "about nothing, since the hypothesis never holds",
    Verdict.REFUTED: "false",
    Verdict.MEASURED: "measured only",
    Verdict.UNDECIDED: "undecided",
}


def count_verdicts(findings: Iterable[dict[str, Any]]) -> dict[Verdict, int]:
    """How many claims have which verdict, in the order in which a report names them."""
    counts = Counter(finding["verdict"] for finding in findings)
    return {verdict: counts[verdict.name] for verdict in WORDS if counts[verdict.name]}


def is_printed(finding: dict[str, Any]) -> bool:
    """Whether the paper prints the claim; the source of others says "repair" or "extension"."""
    return not finding["source"].startswith(("repair", "extension"))
