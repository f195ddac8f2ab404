"""The index of ``proofs/README.md``: what rests on what, and where each claim is proved.

``python -m mobtheory.report.proof_index FILE`` puts it between the markers of the file.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from mobtheory.claims import Claim, Verdict, list_claims
from mobtheory.report.markers import between_markers

BEGIN = "<!-- index: begin; written by `make proof-index` -->"
END = "<!-- index: end -->"
_COLOURS = {
    Verdict.PROVED: "#cfe8d5",
    Verdict.DOMINATED: "#f3e6b8",
    Verdict.VACUOUS: "#cfe3ee",
    Verdict.UNSATISFIABLE: "#e3d3ea",
    Verdict.REFUTED: "#f4cccc",
    Verdict.MEASURED: "#d5d9f2",
    Verdict.UNDECIDED: "#dddddd",
}


def proof_index(claims: Sequence[Claim]) -> str:
    """The text between the markers: a Mermaid graph and a table, one row to a claim."""
    return "\n".join(["```mermaid", *_graph(claims), "```", "", *_table(claims)])


def placed(page: str, text: str) -> str:
    """The page with the text between its markers."""
    return between_markers(page, (BEGIN, END), text)


def _graph(claims: Sequence[Claim]) -> Iterator[str]:
    """An arrow leads from a claim to those whose proofs use it; dotted ones to what is better."""
    yield "graph LR"
    for claim in claims:
        yield f'    {_node(claim.id)}["{claim.id}"]:::{claim.verdict.name.lower()}'
    for claim in claims:
        for used in claim.uses:
            yield f"    {_node(used)} --> {_node(claim.id)}"
        for how, better in (("dominated", claim.dominated_by), ("repaired", claim.repaired_by)):
            if better is not None:
                yield f"    {_node(claim.id)} -. {how} by .-> {_node(better)}"
    for verdict in dict.fromkeys(claim.verdict for claim in claims):
        yield f"    classDef {verdict.name.lower()} fill:{_COLOURS[verdict]},color:#222"


def _node(id: str) -> str:
    return id.replace(".", "_").replace("-", "_")


def _table(claims: Sequence[Claim]) -> Iterator[str]:
    yield "| claim | verdict | proof | Coq theorem | evidence |"
    yield "|---|---|---|---|---|"
    for claim in claims:
        files = [name for name in claim.proof if ":" not in name]
        theorems = [name for name in claim.proof if ":" in name]
        yield (
            f"| `{claim.id}` | {claim.verdict_text} | {_linked(files)} | {_linked(theorems)} "
            f"| {', '.join(claim.evidence_kinds)} |"
        )


def _linked(names: Sequence[str]) -> str:
    parts = (name.partition(":") for name in names)
    return ", ".join(f"[{theorem or file}]({file})" for file, _, theorem in parts)


def main() -> None:
    """Write the index."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path)
    page = parser.parse_args().file
    text = page.read_text("utf-8")
    page.write_text(placed(text, proof_index(list_claims())), "utf-8")


if __name__ == "__main__":
    main()
