"""Coq: compile the files that hold the chosen theorems, and ask what these rest on."""

import shutil
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from mobtheory.claims.proving.coq_answers import (
    ALLOWED,
    Answer,
    error_in,
    judged,
    questions,
)
from mobtheory.claims.proving.coq_cache import CoqCache
from mobtheory.claims.proving.coq_source import LIBRARY, CoqSource, CoqTheorem, needed_files
from mobtheory.claims.proving.engines import find_coq
from mobtheory.claims.proving.processes import Processes
from mobtheory.claims.proving.result import ProofResult

_TAKEN = {name.split(".")[0] for name in ALLOWED}


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
        self._cache = CoqCache(self._engine.found)
        self._keys: dict[str, str] = {}  # in the cache, of files that compiled
        self._trouble: dict[str, Answer] = {}  # of files that did not compile
        self._seconds: dict[str, float] = {}
        self.settled: list[ProofResult] = []
        self.theorems: dict[str, list[CoqTheorem]] = {}
        self._choose(names, sources := read_sources(folder))
        self.needs = needed_files(self.theorems, sources)
        while circle := _circle(self.needs):
            told = f"files require each other: {' <- '.join(circle)}"
            for file in circle:
                self._trouble[file] = (False, told)
                self.needs[file] = []
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
        if file not in self._trouble and (trouble := self._compiled(file)):
            self._trouble[file] = trouble
        return []

    def _compiled(self, file: str) -> Answer | None:
        """Compile a file or take it from the cache; None where that went well."""
        for required in self.needs[file]:
            if required in self._trouble:
                return self._trouble[required]
        if file.removesuffix(".v") in _TAKEN:
            return False, f"coq/{file} has the name of a file of Coq's library"
        compiled = self._compiled_at(file)
        required = [(self._keys[other], self._compiled_at(other)) for other in self.needs[file]]
        self._keys[file] = key = self._cache.key(self._build / file, required)
        if self._cache.take(key, compiled):
            return None
        if failed := self._coqc(self._build, file):
            ok, told = failed
            return ok, told if ok is None else f"does not compile: {told}"
        if not compiled.is_file():
            return False, f"coqc ended well and compiled nothing: coq/{file}"
        self._cache.keep(key, compiled)
        return None

    def _compiled_at(self, file: str) -> Path:
        return (self._build / file).with_suffix(".vo")

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
        (asked / "Asked.v").write_text(questions(theorems), encoding="utf-8")
        failed = self._coqc(asked, "Asked.v", file)
        if failed and failed[0] is False and len(theorems) > 1:  # which one?
            return [answer for theorem in theorems for answer in self._answers(file, [theorem])]
        if failed and failed[0] is False:
            return [(False, f"Coq takes {theorems[0].in_coq} for no theorem: {failed[1]}")]
        if failed:
            return [failed] * len(theorems)
        return [judged(asked, number, theorem) for number, theorem in enumerate(theorems)]

    def _coqc(self, folder: Path, file: str, of: str = "") -> Answer | None:
        """Run coqc; None where it ends well."""
        # -Q: a file here with the name of one of Coq's is found behind MobTheory only.
        command = ["coqc", "-q", "-Q", str(self._build), LIBRARY, file]
        try:
            ended = self._processes.run(command, folder, self._limit)
        except OSError as error:
            return None, f"coqc could not be run: {error}"
        of = of or file
        self._seconds[of] = self._seconds.get(of, 0.0) + ended.seconds
        if ended.code is None:
            return None, f"no answer in {self._limit:g} s: coq/{of}"
        return None if ended.code == 0 else (False, error_in(ended.output, ended.code))

    def _advised(self, ok: bool | None, told: str) -> str:
        """A failure under another version of Coq may be that version's."""
        other = ok is False and self._engine.mend
        return f"{told} ({self._engine.found}: {self._engine.mend})" if other else told


def read_sources(folder: Path) -> dict[str, CoqSource]:
    """The Coq files of a folder by name."""
    return {path.name: CoqSource.read(path) for path in sorted(folder.glob("*.v"))}


def _circle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Files each of which requires the next, if there are such."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return error.args[1]
    return []


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
