"""The record that a proof keeps of its steps."""

from typing import Literal

from mobtheory.claims.proving import ProofResult

Engine = Literal["interval", "rational", "sympy", "z3"]
_ENGINES: tuple[Engine, ...] = ("interval", "rational", "sympy", "z3")


class Steps:
    """Steps with the answer of the engine that checked each of them."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._engines: set[Engine] = set()
        self._answers: list[bool | None] = []

    def check(self, engine: Engine, step: str, answer: bool | None) -> None:
        """Record a step: proved, refuted, or left open by the engine (None)."""
        found = {True: "", False: "FAILED: ", None: "NO ANSWER IN TIME: "}[answer]
        self._lines.append(f"{engine}: {found}{step}")
        self._engines.add(engine)
        self._answers.append(answer)

    def rests_on(self, fact: str) -> None:
        """Name a rule of logic or a textbook fact that the steps use and no engine checks here."""
        self._lines.append(f"rests on: {fact}")

    def prose(self, step: str) -> None:
        """Name a step of the claim's own argument that no engine checks."""
        self._lines.append(f"prose: {step}")

    def result(self) -> ProofResult:
        """One failed step fails the proof; one open step leaves it open."""
        ok = False if False in self._answers else None if None in self._answers else True
        if not self._answers:
            ok = False  # nothing was checked
        engines = "+".join(e for e in _ENGINES if e in self._engines) or "none"
        return ProofResult(engines, ok, detail="\n".join(self._lines))
