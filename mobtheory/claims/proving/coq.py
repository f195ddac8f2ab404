"""Coq: compile the files that hold the chosen theorems, and ask what these rest on."""

import re
import shutil
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from mobtheory.claims.proving.coq_source import LIBRARY, CoqSource, CoqTheorem, needed_files
from mobtheory.claims.proving.engines import find_coq
from mobtheory.claims.proving.processes import Processes
from mobtheory.claims.proving.result import ProofResult

# What Coq's own real analysis rests on, as Coq prints the names where no file is imported: an
# axiom of a proof file prints behind the name of that file.
ALLOWED = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
_TAKEN = {name.split(".")[0] for name in ALLOWED}
_MOST_TOLD = 600  # characters of an error of Coq
Answer = tuple[bool | None, str]


class CoqBuild:
    """The Coq theorems that were asked for, and the folder in which they are compiled.

    Parameters
    ----------
    names : the theorems, as `Claim.proof` has them
    folder : with the Coq files; nothing is written there
    build : an empty folder
    processes, limit : what runs coqc, and for how many seconds at most

    Attributes
    ----------
    settled : results that need no engine, such as those for theorems that no file states
    needs : the files to compile, each with those that must be compiled before
    theorems : what to check, by file
    """

    def __init__(
        self, names: Sequence[str], folder: Path, build: Path, processes: Processes, limit: float
    ) -> None:
        self._build, self._processes, self._limit = build, processes, limit
        self._engine = find_coq()
        self._trouble: dict[str, Answer] = {}  # of files that did not compile
        self._seconds: dict[str, float] = {}
        self.settled: list[ProofResult] = []
        self.theorems: dict[str, list[CoqTheorem]] = {}
        self._choose(names, sources := read_sources(folder))
        self.needs = needed_files(self.theorems, sources)
        try:
            TopologicalSorter(self.needs).prepare()
        except CycleError as error:
            told = f"files require each other: {' <- '.join(error.args[1])}"
            self.settled += [_failure(t.name, told) for ts in self.theorems.values() for t in ts]
            self.theorems, self.needs = {}, {}
        for file in self.needs:
            shutil.copyfile(folder / file, build / file)

    def _choose(self, names: Sequence[str], sources: Mapping[str, CoqSource]) -> None:
        for name in names:
            theorem = CoqTheorem.named(name)
            if theorem is None or theorem.theorem not in _stated(theorem.file, sources):
                self.settled.append(_failure(name, _why_unknown(theorem, sources)))
            elif self._engine.status != "ok":
                told = f"engine Coq: {self._engine.found}; {self._engine.mend}"
                self.settled.append(ProofResult("coq", None, detail=told, file=name))
            else:
                self.theorems.setdefault(theorem.file, []).append(theorem)

    def compile(self, file: str) -> list[ProofResult]:
        """Compile a file, unless one that it requires did not compile; no result comes yet."""
        blocked = next((self._trouble[f] for f in self.needs[file] if f in self._trouble), None)
        if blocked is not None:
            self._trouble[file] = blocked
        elif file.removesuffix(".v") in _TAKEN:
            self._trouble[file] = (False, f"coq/{file} has the name of a file of Coq's library")
        elif failed := self._coqc(self._build, file):
            ok, told = failed
            self._trouble[file] = (ok, told if ok is None else f"does not compile: {told}")
        elif not (self._build / file).with_suffix(".vo").is_file():
            self._trouble[file] = (False, f"coqc ended well and compiled nothing: coq/{file}")
        return []

    def check(self, file: str) -> list[ProofResult]:
        """Ask Coq what each theorem of a file states and rests on."""
        theorems = self.theorems[file]
        answers = self._answers(file, theorems)
        share = self._seconds.get(file, 0.0) / len(theorems)
        return [
            ProofResult("coq", ok, seconds=share, detail=self._advised(ok, told), file=theorem.name)
            for theorem, (ok, told) in zip(theorems, answers, strict=True)
        ]

    def _answers(self, file: str, theorems: Sequence[CoqTheorem]) -> list[Answer]:
        if file in self._trouble:
            return [self._trouble[file]] * len(theorems)
        asked = self._build.parent / f"{file}_{theorems[0].theorem}_{len(theorems)}"
        asked.mkdir()
        (asked / "Asked.v").write_text(_questions(theorems), encoding="utf-8")
        failed = self._coqc(asked, "Asked.v", file)
        if failed and failed[0] is False and len(theorems) > 1:  # which one?
            return [answer for theorem in theorems for answer in self._answers(file, [theorem])]
        if failed:
            return [failed] * len(theorems)
        return [_judged(asked, number, theorem) for number, theorem in enumerate(theorems)]

    def _coqc(self, folder: Path, file: str, of: str = "") -> Answer | None:
        """Run coqc; None where it ends well."""
        command = ["coqc", "-q", "-R", str(self._build), LIBRARY, file]
        ended = self._processes.run(command, folder, self._limit)
        of = of or file
        self._seconds[of] = self._seconds.get(of, 0.0) + ended.seconds
        if ended.code is None:
            return None, f"no answer in {self._limit:g} s: coq/{of}"
        return None if ended.code == 0 else (False, _error_in(ended.output, ended.code))

    def _advised(self, ok: bool | None, told: str) -> str:
        """A failure under another version of Coq may be that version's."""
        other = ok is False and self._engine.mend
        return f"{told} ({self._engine.found}: {self._engine.mend})" if other else told


def read_sources(folder: Path) -> dict[str, CoqSource]:
    """The Coq files of a folder by name."""
    return {path.name: CoqSource.read(path) for path in sorted(folder.glob("*.v"))}


def _failure(name: str, told: str) -> ProofResult:
    return ProofResult("coq", False, detail=told, file=name)


def _stated(file: str, sources: Mapping[str, CoqSource]) -> tuple[str, ...]:
    return sources[file].theorems if file in sources else ()


def _why_unknown(theorem: CoqTheorem | None, sources: Mapping[str, CoqSource]) -> str:
    if theorem is None:
        return "a Coq theorem is named as coq/File.v:theorem"
    if theorem.file not in sources:
        near = get_close_matches(theorem.file, sources, n=3)
        told = f"there is no file coq/{theorem.file}"
    else:
        near = get_close_matches(theorem.theorem, sources[theorem.file].theorems, n=3)
        told = f"coq/{theorem.file} states no theorem {theorem.theorem}"
    return f"{told}; nearest: {', '.join(near)}" if near else told


def _questions(theorems: Sequence[CoqTheorem]) -> str:
    """What Coq is asked; each answer goes to a file, so that nothing else can pass for one.

    Assumptions come first, while nothing is imported; statements come with the notations of the
    standard library.
    """
    (module,) = {theorem.in_coq.rpartition(".")[0] for theorem in theorems}
    lines = [f"Require {module}.", "Set Printing Width 100000.", "Set Printing Depth 100000."]
    for number, theorem in enumerate(theorems):
        name = theorem.in_coq
        lines += [
            f"Definition proposition{number} : Prop := ltac:(let t := type of @{name} in exact t).",
            f'Redirect "assumptions{number}" Print Assumptions {name}.',
        ]
    lines += ["Require Import Reals List.", "Import ListNotations.", "Open Scope R_scope."]
    lines += ["Set Printing Width 96."]
    for number, theorem in enumerate(theorems):
        lines.append(f'Redirect "statement{number}" Check @{theorem.in_coq}.')
    return "\n".join(lines) + "\n"


def _judged(asked: Path, number: int, theorem: CoqTheorem) -> Answer:
    try:
        found = (asked / f"assumptions{number}.out").read_text(encoding="utf-8")
        statement = (asked / f"statement{number}.out").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False, f"coqc ended well and said nothing about {theorem.in_coq}"
    assumptions = _assumptions(found)
    if not found.strip() or not statement.strip():
        return False, f"coqc ended well and said nothing about {theorem.in_coq}"
    told = f"coq: {theorem.in_coq}\n{_without_name(statement)}\n"
    if alien := [name for name in assumptions if name not in ALLOWED]:
        return False, f"{told}FAILED: rests on {', '.join(alien)}"
    return True, f"{told}axioms of Coq's library: {', '.join(assumptions) or 'none'}"


def _assumptions(answer: str) -> list[str]:
    """Names of what a theorem rests on; a line that is no axiom counts as one that is refused."""
    if answer.strip() == "Closed under the global context":
        return []
    lines = answer.splitlines()
    named = [line for line in lines[lines[:1] == ["Axioms:"] :] if line.strip()]
    return [line.split(" : ")[0].strip() for line in named] or ["what Coq does not name"]


def _without_name(statement: str) -> str:
    """The type in what Check prints: name, colon, type."""
    return (
        "  " + statement.partition("\n     : ")[2].strip()
        if "\n     : " in statement
        else ("  " + statement.strip())
    )


def _error_in(output: str, code: int) -> str:
    """The first error in what coqc printed, with its place."""
    before, error, after = output.partition("Error:")
    if not error:
        return f"coqc ended with exit status {code}: {output.strip()[-_MOST_TOLD:]}"
    place = re.findall(r'File "[^"]*?([^"/]+)", (line \d+)', before)[-1:]
    where = "".join(f"{file}, {line}: " for file, line in place)
    return where + " ".join(after.split())[:_MOST_TOLD]
