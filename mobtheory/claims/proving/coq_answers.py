"""What Coq is asked about theorems, and how its answers are read."""

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent, indent

from mobtheory.claims.proving.coq_source import CoqTheorem

Answer = tuple[bool | None, str]
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
_MOST_TOLD = 600  # characters of an error of Coq


def questions(theorems: Sequence[CoqTheorem]) -> str:
    """What Coq is asked; each answer goes to a file, so that nothing else can pass for one.

    Assumptions come first, while nothing is imported and names are printed behind their file;
    statements are printed as the file writes them.
    """
    (module,) = {theorem.in_coq.rpartition(".")[0] for theorem in theorems}
    lines = [f"Require {module}.", "Set Printing Width 100000.", "Set Printing Depth 100000."]
    for number, theorem in enumerate(theorems):
        name = theorem.in_coq
        lines += [
            f"Definition proposition{number} : Prop := ltac:(let t := type of @{name} in exact t).",
            f'Redirect "assumptions{number}" Print Assumptions {name}.',
        ]
    lines += ["From Coq Require Import Reals List.", "Import ListNotations.", f"Import {module}."]
    lines += ["Open Scope R_scope.", "Set Printing Width 88."]
    for number, theorem in enumerate(theorems):
        lines.append(f'Redirect "statement{number}" Check @{theorem.in_coq}.')
    return "\n".join(lines) + "\n"


def judged(asked: Path, number: int, theorem: CoqTheorem) -> Answer:
    """What the answers in the folder `asked` say of a theorem."""
    try:
        found = (asked / f"assumptions{number}.out").read_text(encoding="utf-8")
        statement = (asked / f"statement{number}.out").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False, f"coqc ended well and said nothing about {theorem.in_coq}"
    if not found.strip() or not statement.strip():
        return False, f"coqc ended well and said nothing about {theorem.in_coq}"
    assumptions = _assumptions(found)
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
    return indent(dedent(re.sub(r"\A\S+\s+: ", " " * 7, statement)).strip(), "  ")


def error_in(output: str, code: int) -> str:
    """The first error in what coqc printed, with its place."""
    before, error, after = output.partition("Error:")
    if not error:
        return f"coqc ended with exit status {code}: {output.strip()[-_MOST_TOLD:]}"
    place = re.findall(r'File "[^"]*?([^"/]+)", (line \d+)', before)[-1:]
    where = "".join(f"{file}, {line}: " for file, line in place)
    return where + " ".join(after.split())[:_MOST_TOLD]
