"""Short phrases that the page and the terminal share."""

from typing import Any

from mobtheory.report.numbers import show


def evidence_kinds(finding: dict[str, Any], between: str = ", ") -> str:
    """The kinds of evidence, each once, in order."""
    return between.join(dict.fromkeys(evidence["kind"] for evidence in finding["evidence"]))


def evidence_line(evidence: dict[str, Any]) -> str:
    """One piece of evidence: its kind, whether it is general, what it did."""
    scope = "" if evidence["general"] else " (special cases)"
    return f"{evidence['kind']}{scope}: {evidence['detail']}"


def instead(finding: dict[str, Any]) -> list[tuple[str, str]]:
    """What dominates the claim and what repairs it, as pairs of a phrase and a claim's id."""
    pairs = (("dominated by", finding["dominated_by"]), ("repaired by", finding["repaired_by"]))
    return [(how, id) for how, id in pairs if id]


def shown_range(summary: dict[str, float]) -> str:
    """A median with its range."""
    return f"{show(summary['median'])} ({show(summary['low'])} to {show(summary['high'])})"


def proof_state(ok: bool | None) -> str:
    """What became of a proof file."""
    return "undecided" if ok is None else "passed" if ok else "FAILED"


def proof_name(name: str) -> str:
    """A proof file, or a theorem and the file in which it stands."""
    file, _, theorem = name.partition(":")
    return f"{theorem} in proofs/{file}" if theorem else f"proofs/{file}"
