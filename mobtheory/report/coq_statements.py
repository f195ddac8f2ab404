"""What each Coq theorem that a claim names states, as Coq prints it: ``proofs/coq/statements.md``.

``python -m mobtheory.report.coq_statements FILE`` runs the proofs and writes it. A theorem that was
weakened keeps its name and its proof, and shows there.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from mobtheory.claims import Claim, ProofResult, iterate_proofs, list_claims

_OPENING = """\
# What the Coq theorems state

Written by `make coq-statements`: every theorem that a claim names, as Coq prints it, in dependency
order of the claims. What a definition in a statement means is in the file of the theorem and in
those that it requires."""


def coq_statements(claims: Sequence[Claim], results: Mapping[str, ProofResult]) -> str:
    """The page.

    Parameters
    ----------
    claims : in dependency order
    results : by name of the proof, as `Claim.proof` has it; at least those of the Coq theorems

    Raises
    ------
    ValueError
        If Coq did not accept one of the theorems.
    """
    return "\n".join([_OPENING, *_sections(claims, results)]) + "\n"


def _sections(claims: Sequence[Claim], results: Mapping[str, ProofResult]) -> Iterator[str]:
    names = (name for claim in claims for name in claim.proof if name.startswith("coq/"))
    for name in dict.fromkeys(names):
        named_by = ", ".join(f"`{claim.id}`" for claim in claims if name in claim.proof)
        file, _, theorem = name.removeprefix("coq/").partition(":")
        yield f"\n## {theorem}\n\n[{file}]({file}), for {named_by}\n\n```coq"
        yield f"{_statement(results[name])}\n```"


def _statement(result: ProofResult) -> str:
    if result.ok is not True:
        raise ValueError(f"{result.file} is not proved: {result.detail}")
    _name, *statement, _axioms = result.detail.splitlines()
    return dedent("\n".join(line.rstrip() for line in statement))


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path)
    page = parser.parse_args().file
    results = {result.file: result for result in iterate_proofs()}
    page.write_text(coq_statements(list_claims(), results), "utf-8")


if __name__ == "__main__":
    main()
