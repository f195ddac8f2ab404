"""A claim: statement, hypotheses, verdict, and the check that confronts it with an instance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import sympy

from mobtheory.claims.margin import Margin
from mobtheory.claims.verdict import Verdict
from mobtheory.errors import InvalidProblem

EvidenceKind = Literal[
    "prose", "sympy", "z3", "coq", "property", "exhaustive", "rational", "interval", "model"
]
_ENGINES: frozenset[EvidenceKind] = frozenset({"sympy", "z3", "coq", "exhaustive"})


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: its kind and what was done.

    ``prose`` is a proof that was read and that no engine has checked yet; ``rational`` is a
    counterexample verified in exact arithmetic; ``interval`` bounds a number on a whole range with
    outward rounding, a step of a proof and never all of it; ``property`` is confrontation with
    inputs.

    Attributes
    ----------
    kind, detail : the engine or the manner, and what it did
    general : whether this settles the statement as printed, resting on no more than rules of
        logic and textbook facts that the proof names; False for examples and special cases, such
        as all metrics on five points
    """

    kind: EvidenceKind
    detail: str
    general: bool = True


@dataclass(frozen=True)
class Hypothesis:
    """A condition on an instance under which the claim is made."""

    text: str
    holds: Callable[[Any], bool] = field(repr=False)


@dataclass(frozen=True)
class Statement:
    """The statement in words and, where it can be had, as a SymPy expression."""

    words: str
    formula: sympy.Basic | None = None

    @property
    def latex(self) -> str | None:
        """The formula as LaTeX, None where the statement has none."""
        return None if self.formula is None else sympy.latex(self.formula)

    @property
    def text(self) -> str:
        """Words and formula on plain lines."""
        return self.words if self.formula is None else f"{self.words}\n{self.formula}"


@dataclass(frozen=True)
class Counterexample:
    """An instance that satisfies every hypothesis and violates the statement.

    Attributes
    ----------
    instance : what the claim's ``check`` takes, with exactly representable numbers
    explanation : one sentence that names both sides
    """

    instance: Any
    explanation: str


@dataclass(frozen=True)
class Claim:
    """A printed claim of the paper, a repair or an extension, with everything known about it.

    Parameters
    ----------
    id, title : how it is called
    source : where it is printed
    statement : what it says
    reason : why the verdict is what it is
    verdict : see `Verdict`
    instance_type : the class of instances that `check` takes
    margin : both sides of the statement on an instance
    hypotheses : conditions under which the statement is claimed
    tight : whether equality is claimed to be reached, at least in the limit
    dominated_by, repaired_by : ids of the claims that are better, or true
    domination : for a DOMINATED claim, dominating right side against its own right side
    uses : ids of the claims that its proof rests on
    proof : names of files in ``proofs/`` and of Coq theorems, ``coq/File.v:theorem``
    counterexample : for a REFUTED claim
    evidence : by kind
    """

    id: str
    title: str
    source: str
    statement: Statement
    reason: str
    verdict: Verdict
    instance_type: type
    margin: Callable[[Any], Margin] = field(repr=False)
    hypotheses: tuple[Hypothesis, ...] = ()
    tight: bool = False
    dominated_by: str | None = None
    repaired_by: str | None = None
    domination: Callable[[Any], Margin] | None = field(default=None, repr=False)
    uses: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    evidence: tuple[Evidence, ...] = ()

    def check(self, instance: Any) -> Margin:
        """Both sides of the statement on `instance`, whether or not the hypotheses hold.

        Raises
        ------
        InvalidProblem
            If `instance` is not of ``instance_type``, or if a side is undefined without the
            hypotheses, as C is for a map without a Lipschitz constant.
        """
        return self.margin(self._accepted("check", instance))

    def unmet(self, instance: Any) -> tuple[str, ...]:
        """The hypotheses that `instance` does not satisfy."""
        self._accepted("unmet", instance)
        return tuple(h.text for h in self.hypotheses if not h.holds(instance))

    def applies(self, instance: Any) -> bool:
        """Whether every hypothesis holds on `instance`."""
        self._accepted("applies", instance)
        return all(h.holds(instance) for h in self.hypotheses)

    def _accepted(self, called: str, instance: Any) -> Any:
        if not isinstance(instance, self.instance_type):
            raise InvalidProblem(
                f"claim({self.id!r}).{called}",
                f"an instance of {type(instance).__name__}",
                f"this claim speaks about {self.instance_type.__name__}",
                f"Build one with {self.instance_type.__name__}(...) or .from_clouds(...).",
            )
        return instance

    @property
    def evidence_kinds(self) -> tuple[str, ...]:
        """The kinds of evidence, each once, in order."""
        return tuple(dict.fromkeys(e.kind for e in self.evidence))

    @property
    def verdict_text(self) -> str:
        """The verdict as tables print it.

        A proof of which no engine has checked the general case says so.
        """
        name = self.verdict.name.lower()
        needs_proof = self.verdict.claims_truth or self.verdict is Verdict.UNSATISFIABLE
        checked = any(e.general and e.kind in _ENGINES for e in self.evidence)
        return f"{name} (prose)" if needs_proof and not checked else name

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "source": self.source,
            "statement": self.statement.words,
            "formula": None if self.statement.formula is None else str(self.statement.formula),
            "latex": self.statement.latex,
            "verdict": self.verdict.name,
            "verdict_text": self.verdict_text,
            "reason": self.reason,
            "hypotheses": [h.text for h in self.hypotheses],
            "tight": self.tight,
            "dominated_by": self.dominated_by,
            "repaired_by": self.repaired_by,
            "uses": list(self.uses),
            "proof": list(self.proof),
            "counterexample": None
            if self.counterexample is None
            else self.counterexample.explanation,
            "evidence": [
                {"kind": e.kind, "detail": e.detail, "general": e.general} for e in self.evidence
            ],
        }
