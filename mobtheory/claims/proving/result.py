"""What became of one proof."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProofResult:
    """What a proof found.

    Attributes
    ----------
    engine : "sympy", "z3", "rational" or "interval", joined by "+" where several take part; "coq";
        "none" where no step was reached
    ok : whether every step was checked; None where the engine is missing or gave no answer
    seconds : wall-clock time, filled in by the runner; theorems of one Coq file share its time
    detail : the steps, or the theorem and what it assumes, or what failed
    file : name of the proof as `Claim.proof` has it, filled in by the runner
    claims : ids of the claims that name this proof, filled in by the runner
    """

    engine: str
    ok: bool | None
    seconds: float = 0.0
    detail: str = ""
    file: str = ""
    claims: tuple[str, ...] = ()
