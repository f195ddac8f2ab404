"""Run the proofs of some claims and tell what became of each."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobtheory.claims import iterate_proofs, select_claims
from mobtheory.claims.proving import TIME_LIMIT, Engine
from mobtheory.errors import UnknownClaim
from mobtheory.report.tables import WIDE, plain_table
from mobtheory.report.wording import proof_state

_COLOURS = {True: "green", False: "bold red", None: "yellow"}


def known_patterns(patterns: Sequence[str]) -> tuple[list[str], list[UnknownClaim]]:
    """The patterns that match a claim, and what is wrong with the others.

    Raises
    ------
    UnknownClaim
        If none matches.
    """
    known: list[str] = []
    unknown: list[UnknownClaim] = []
    for pattern in patterns:
        try:
            select_claims(pattern)
        except UnknownClaim as error:
            unknown.append(error)
        else:
            known.append(pattern)
    if not known and unknown:
        raise unknown[0]
    return known, unknown


def run_proofs(
    patterns: Sequence[str],
    progress: Callable[[str, int, int], None],
    *,
    jobs: int | None = None,
    time_limit: float = TIME_LIMIT,
) -> list[dict[str, Any]]:
    """Run every proof of the chosen claims once.

    Parameters
    ----------
    patterns : claim ids or shell patterns, at least one
    progress : called with ("proofs", proofs done, proofs in all)
    jobs, time_limit : as for `mobtheory.prove`

    Returns
    -------
    list of dict
        One row for each claim and proof, in dependency order: claim, file, engine, ok, seconds,
        detail.

    Raises
    ------
    UnknownClaim
        If a pattern matches nothing.
    InvalidProblem
        For jobs or a time limit that make no sense.
    """
    chosen = select_claims(list(patterns))
    names = {name for claim in chosen for name in claim.proof}
    results = iterate_proofs(list(patterns), jobs=jobs, time_limit=time_limit)
    progress("proofs", 0, len(names))
    rows: list[dict[str, Any]] = []
    for done, result in enumerate(results, start=1):
        rows += [
            {
                "claim": id,
                "file": result.file,
                "engine": result.engine,
                "ok": result.ok,
                "seconds": round(result.seconds, 3),
                "detail": result.detail,
            }
            for id in result.claims
        ]
        progress("proofs", done, len(names))
    claims = {claim.id: number for number, claim in enumerate(chosen)}
    return sorted(rows, key=lambda row: (claims[row["claim"]], row["file"].startswith("coq/")))


def engines_used(engines: Iterable[Engine], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What each engine did: by its name, status, found, mend, proofs, passed and seconds.

    A proof in which several engines take part counts for each of them; ``mend`` says how to get
    an engine that is missing.
    """
    used: dict[str, Any] = {}
    proofs = {row["file"]: row for row in rows}.values()
    for engine in engines:
        own = [row for row in proofs if engine.name in row["engine"].split("+")]
        used[engine.name] = {
            "status": engine.status,
            "found": engine.found,
            "mend": engine.mend,
            "proofs": len(own),
            "passed": sum(row["ok"] is True for row in own),
            "seconds": round(sum(row["seconds"] for row in own), 3),
        }
    return used


def proof_status(rows: Sequence[dict[str, Any]]) -> int:
    """The exit status: 1 a proof failed, 3 one or all could not be checked, else 0."""
    states = {row["ok"] for row in rows}
    if False in states:
        return 1
    return 3 if None in states or not rows else 0


def proofs_view(
    rows: Sequence[dict[str, Any]], engines: dict[str, Any], elapsed: float, width: int
) -> Group:
    """Everything that `mobtheory prove` prints: the proofs, the engines, and a sentence."""
    parts: list[RenderableType] = [proofs_table(rows, width), "", engines_table(engines), ""]
    return Group(*parts, *_sentences(rows, elapsed))


def proofs_table(rows: Sequence[dict[str, Any]], width: int) -> Table:
    """One line for each claim and proof.

    Engines and steps are told where there is room, steps also where a proof did not pass.
    """
    table = plain_table()
    wide = width >= WIDE
    table.add_column("Claim", no_wrap=True)
    if wide:
        table.add_column("Engine", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("Proof and steps" if wide else "Proof", overflow="fold")
    for row in rows:
        told = Text(row["file"])
        if wide or not row["ok"]:
            told.append(f"\n{row['detail']}", "dim")
        state = Text(proof_state(row["ok"]), _COLOURS[row["ok"]])
        engine = [Text(row["engine"])] if wide else []
        table.add_row(Text(row["claim"]), *engine, state, f"{row['seconds']:.2f}", told)
    return table


def engines_table(engines: dict[str, Any]) -> Table:
    """One line for each engine: what it did, its version, or how to get it."""
    table = plain_table()
    table.add_column("Engine", no_wrap=True)
    table.add_column("Proofs", justify="right", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("Found", overflow="fold")
    for name, engine in engines.items():
        told = Text(engine["found"], "" if engine["status"] == "ok" else "yellow")
        if engine["mend"]:
            told.append(f"\n→ {engine['mend']}", "")
        passed = f"{engine['passed']} of {engine['proofs']}"
        table.add_row(name, passed, f"{engine['seconds']:.2f}", told)
    return table


def _sentences(rows: Sequence[dict[str, Any]], elapsed: float) -> list[Text]:
    states = {row["file"]: row["ok"] for row in rows}
    passed = sum(ok is True for ok in states.values())
    told = [Text(f"{passed} of {len(states)} proofs passed in {elapsed:.1f} s.")]
    for ok, what in ((False, "Failed"), (None, "Undecided")):
        if names := [name for name, state in states.items() if state is ok]:
            told.append(Text(f"! {what}: {', '.join(names)}", _COLOURS[ok]))
    return told
