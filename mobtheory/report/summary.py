"""What an audit found, in words."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mobtheory.report.numbers import show_count, show_share
from mobtheory.report.verdicts import WORDS, count_verdicts, is_printed

WHOLE = "all tokens"
OUTCOMES = {
    "contradicts": ("contradicts the registry", "contradict the registry"),
    "too few": ("met too few inputs", "met too few inputs"),
    "not checked": ("is not proved by what could be run", "are not proved by what could be run"),
    "open": ("is undecided", "are undecided"),
}


def sentences(document: dict[str, Any]) -> list[str]:
    """The findings of a report in a few sentences, the most important one first.

    Parameters
    ----------
    document : a report as plain data

    Returns
    -------
    list of str
    """
    findings = document["claims"]
    printed = [finding for finding in findings if is_printed(finding)]
    added = [finding for finding in findings if not is_printed(finding)]
    found = [
        _verdicts("claim of the paper", "claims of the paper", printed),
        _verdicts("repair or extension", "repairs and extensions", added),
        _agreement(findings),
        _inputs(findings),
        _read_in_part(findings),
        _proofs(findings),
        _tokens(document["tokens"]),
    ]
    return [sentence for sentence in found if sentence]


def disagreements(findings: Sequence[dict[str, Any]]) -> list[str]:
    """One line for each claim on which the findings do not agree with its verdict, and why."""
    return [
        f"{finding['id']} {OUTCOMES[finding['outcome']][0]}: {finding['outcome_reason']}"
        for finding in findings
        if finding["outcome"] != "agrees"
    ]


def _agreement(findings: Sequence[dict[str, Any]]) -> str:
    counts = Counter(finding["outcome"] for finding in findings)
    if set(counts) == {"agrees"}:
        return "Everything that was found agrees with the registered verdicts."
    told = [
        f"{counts[outcome]} {one if counts[outcome] == 1 else many}"
        for outcome, (one, many) in OUTCOMES.items()
        if counts[outcome]
    ]
    agreeing = f"{counts['agrees']} of {len(findings)} findings agree with the registered verdicts"
    return f"{agreeing}; {', '.join(told)}."


def _verdicts(one: str, many: str, findings: Sequence[dict[str, Any]]) -> str:
    if not findings:
        return ""
    counts = count_verdicts(findings)
    parts = [f"{number} {WORDS[verdict]}" for verdict, number in counts.items()]
    return f"{len(findings)} {one if len(findings) == 1 else many}: {'; '.join(parts)}."


def _inputs(findings: Sequence[dict[str, Any]]) -> str:
    drawn, met, violated = (
        show_count(sum(finding["total"][key] for finding in findings))
        for key in ("drawn", "met", "violated")
    )
    lanes = ", ".join(dict.fromkeys(lane for finding in findings for lane in finding["inputs"]))
    return (
        f"Claims were confronted with inputs {drawn} times ({lanes}); the hypotheses held {met} "
        f"times and the statement failed {violated} times."
    )


def _read_in_part(findings: Sequence[dict[str, Any]]) -> str:
    """Which inputs a claim does not see whole: exact covering numbers are for small sets."""
    parts = Counter(finding["read_as"] for finding in findings)
    told = [f"{number} take {how}" for how, number in parts.items() if how != WHOLE]
    return f"Claims that read an input in part: {'; '.join(told)}." if told else ""


def _proofs(findings: Sequence[dict[str, Any]]) -> str:
    proofs = {proof["file"]: proof["ok"] for finding in findings for proof in finding["proofs"]}
    passed = sum(ok is True for ok in proofs.values())
    not_run = sum(ok is None for ok in proofs.values())
    left = f", {not_run} could not be run (an engine is missing or gave no answer)"
    prose = sum(finding["verdict_text"].endswith("(prose)") for finding in findings)
    return (
        f"{passed} of {len(proofs)} proofs passed{left if not_run else ''}; {prose or 'no'} "
        f"{'verdict rests' if prose == 1 else 'verdicts rest'} on prose alone."
    )


def _tokens(tokens: dict[str, Any]) -> str:
    if not tokens["run"]:
        return f"Real tokens were not run: {tokens['why'].rstrip('.')}."
    shares: dict[str, list[float]] = {}
    for space in tokens["spaces"].values():
        for rate in space["rates"]:
            for name, bound in rate["bounds"].items():
                shares.setdefault(name, []).append(bound["no_better_than_nothing"])
    told = ", ".join(f"{name} {_range(found)}" for name, found in shares.items())
    where = f"{tokens['samples']} inputs of the model {tokens['model']!r} (layer {tokens['layer']})"
    return (
        f"On {where}, the share on which a published bound is no better than keeping no visual "
        f"token: {told}."
    )


def _range(shares: Sequence[float]) -> str:
    low, high = show_share(min(shares)), show_share(max(shares))
    return low if low == high else f"{low} to {high}"
