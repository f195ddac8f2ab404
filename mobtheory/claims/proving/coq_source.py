"""What a Coq file states and which files it requires, read from its text without Coq."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LIBRARY = "MobTheory"  # the logical name of the folder proofs/coq
_NAME = r"[^\W\d][\w']*"
_THEOREM = re.compile(rf"\b(?:Theorem|Lemma|Corollary|Proposition|Fact|Remark)\s+({_NAME})")
_REQUIRE = re.compile(
    r"(?:\bFrom\s+([\w.']+)\s+)?\bRequire\s+(?:(?:Import|Export)\s+)?([\w\s.']+?)\.(?=\s|$)"
)
_ASSUMED = re.compile(
    r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjecture|bypass_check|type-in-type"
    r"|Unset\s+(?:Guard|Positivity|Universe)\s+Check\w*)\b"
)


class CoqTheorem(NamedTuple):
    """A theorem as `Claim.proof` names it: ``coq/File.v:theorem``."""

    file: str
    theorem: str

    @classmethod
    def named(cls, name: str) -> "CoqTheorem | None":
        """Take a name apart; None where it names no Coq theorem."""
        found = re.fullmatch(rf"coq/({_NAME}\.v):({_NAME})", name)
        return None if found is None else cls(found[1], found[2])

    @property
    def name(self) -> str:
        return f"coq/{self.file}:{self.theorem}"

    @property
    def in_coq(self) -> str:
        return f"{LIBRARY}.{self.file.removesuffix('.v')}.{self.theorem}"


@dataclass(frozen=True)
class CoqSource:
    """The text of a Coq file without comments and strings.

    Attributes
    ----------
    theorems : names of the theorems, lemmas and corollaries that it states, in order
    own : names of the files of this folder that it requires, ``From MobTheory`` or as MobTheory.X
    assumed : words that leave something unproved, such as Admitted
    """

    theorems: tuple[str, ...]
    own: frozenset[str]
    assumed: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "CoqSource":
        """Read a file; bytes that are no UTF-8 are for Coq to refuse."""
        text = _code(path.read_text(encoding="utf-8", errors="replace"))
        own = {
            word.removeprefix(f"{LIBRARY}.")
            for origin, words in _REQUIRE.findall(text)
            for word in words.split()
            if origin == LIBRARY or (not origin and word.startswith(f"{LIBRARY}."))
        }
        assumed = (found[0] for found in _ASSUMED.finditer(text))
        return cls(tuple(_THEOREM.findall(text)), frozenset(own), tuple(assumed))

    def required(self, files: Iterable[str]) -> list[str]:
        """Which of `files`, as ``File.v``, this one requires."""
        return [file for file in files if file.removesuffix(".v") in self.own]


def needed_files(chosen: Iterable[str], sources: dict[str, CoqSource]) -> dict[str, list[str]]:
    """The chosen files and those that they need, each with those that it requires itself."""
    needs: dict[str, list[str]] = {}
    waiting = list(chosen)
    while waiting:
        file = waiting.pop()
        if file not in needs:
            needs[file] = sources[file].required(sources)
            waiting += needs[file]
    return needs


def _code(text: str) -> str:
    """The text without comments, which nest, and without strings."""
    kept: list[str] = []
    depth = 0
    for token in re.findall(r'"(?:[^"]|"")*"|\(\*|\*\)|[^"(*]+|.', text, re.DOTALL):
        if token == "(*":
            depth += 1
        elif token == "*)":
            depth = max(0, depth - 1)
            kept.append(" ")
        elif not depth:
            kept.append('""' if token.startswith('"') else token)
    return "".join(kept)
