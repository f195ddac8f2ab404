"""Does what was found agree with what is registered?"""

from dataclasses import dataclass
from typing import Any, Literal

from mobtheory.claims import Claim, ProofResult, Verdict
from mobtheory.experiments.counterexample import counterexample_data
from mobtheory.experiments.tally import Tally

Outcome = Literal["agrees", "open", "contradicts", "too few", "not checked"]
FLOOR = 20


@dataclass(frozen=True)
class Finding:
    """A claim, what the inputs said of it, and whether that agrees with its verdict.

    Attributes
    ----------
    tallies : by kind of input
    outcome : "agrees"; "open" for a verdict that nothing found could contradict; "contradicts";
        "too few" inputs met the hypotheses; "not checked" where the claim was not proved: it has
        no proof, or none could be run to its end, for want of an engine or of time
    reason : what the outcome rests on
    """

    claim: Claim
    tallies: dict[str, Tally]
    proofs: tuple[ProofResult, ...]
    outcome: Outcome
    reason: str

    @property
    def total(self) -> Tally:
        return sum(self.tallies.values(), Tally())

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the claim, its tallies per kind of input, its proofs, the outcome."""
        return {
            **self.claim.to_dict(),
            "counterexample_data": counterexample_data(self.claim),
            "read_as": getattr(self.claim.instance_type, "read_as", "all tokens"),
            "outcome": self.outcome,
            "outcome_reason": self.reason,
            "inputs": {lane: tally.to_dict() for lane, tally in self.tallies.items()},
            "total": self.total.to_dict(),
            "proofs": [
                {"file": p.file, "engine": p.engine, "ok": p.ok, "detail": p.detail}
                for p in self.proofs
            ],
        }


def judge(claim: Claim, tallies: dict[str, Tally], proofs: tuple[ProofResult, ...] = ()) -> Finding:
    """Compare the tallies, the stored counterexample and the proofs with the verdict.

    The claim is proved where its Python file passed, or all of its Coq theorems, which together
    state it; the reason names what could not be run.
    """
    outcome, reason = _judge_inputs(claim, sum(tallies.values(), Tally()))
    proved, left = _judge_proofs(claim, proofs)
    if failed := [p.file for p in proofs if p.ok is False]:
        outcome, reason = "contradicts", f"proof failed: {', '.join(failed)}"
    elif proved and left:
        reason = f"{reason}; {left}"
    elif left and outcome in {"agrees", "open"}:
        outcome, reason = "not checked", left
    return Finding(claim, tallies, proofs, outcome, reason)


def _judge_proofs(claim: Claim, proofs: tuple[ProofResult, ...]) -> tuple[bool, str]:
    """Whether the claim is proved, and which of its proofs is missing or did not pass."""
    found = {**dict.fromkeys(claim.proof, "no result"), **{p.file: p.detail for p in proofs}}
    if not found:
        needed = claim.verdict.claims_truth or claim.verdict is Verdict.UNSATISFIABLE
        return False, "no proof is registered" if needed else ""
    passed = {p.file for p in proofs if p.ok}
    coq = {name for name in found if name.startswith("coq/")}
    proved = any(kind and kind <= passed for kind in (coq, found.keys() - coq))
    left = [f"{name} ({told})" for name, told in found.items() if name not in passed]
    return proved, f"proof not run: {', '.join(left)}" if left else ""


def _judge_inputs(claim: Claim, total: Tally) -> tuple[Outcome, str]:
    if claim.verdict is Verdict.UNSATISFIABLE:
        if total.met:
            return "contradicts", f"{total.met} inputs met hypotheses that should never hold"
        if total.drawn < FLOOR:
            return "too few", f"only {total.drawn} inputs were searched, {FLOOR} are needed"
        return "agrees", f"none of {total.drawn} inputs met the hypotheses"
    if claim.verdict is Verdict.REFUTED:
        if not _is_refuted_again(claim):
            return "contradicts", "no stored counterexample violates the statement"
        return "agrees", f"counterexample confirmed; {total.violated} more among the inputs"
    if not claim.verdict.claims_truth:
        return "open", f"violated on {total.violated} of {total.met} inputs"
    if total.violated:
        return "contradicts", f"violated on {total.violated} of {total.met} inputs"
    if total.not_dominated:
        return "contradicts", f"not dominated on {total.not_dominated} of {total.met} inputs"
    if total.met < FLOOR:
        return "too few", f"only {total.met} inputs met the hypotheses, {FLOOR} are needed"
    if not total.held:
        return "too few", f"rounding left all {total.met} inputs open"
    return "agrees", f"no violation on {total.met} inputs"


def _is_refuted_again(claim: Claim) -> bool:
    if claim.counterexample is None:
        return False
    stored = claim.counterexample.instance
    return claim.applies(stored) and claim.check(stored).holds is False
