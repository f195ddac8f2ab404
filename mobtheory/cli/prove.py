"""``mobtheory prove``: the machine-checked proofs."""

from typing import Annotated

import typer

from mobtheory.cli.application import BAD_INPUT, CONTRADICTS, app, examples
from mobtheory.cli.printing import Json, echo, print_json, print_view


@app.command(
    epilog=examples(
        "mobtheory prove",
        "mobtheory prove covering.seeded-fps 'theorem-1.*'",
        "mobtheory prove --jobs 4 --time-limit 300",
    )
)
def prove(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Claim ids or shell patterns.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Processes at once.", show_default="one per processor, at most 8"
        ),
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="For each proof file and run of Coq; over it: undecided."
        ),
    ] = 120.0,
    json: Json = False,
) -> None:
    """Run the machine-checked proofs of the claims: SymPy, z3, exact arithmetic and Coq.

    Each proof runs in a process of its own, so one that hangs, raises or crashes is named and the
    others still run. Where an engine is missing, its proofs stay undecided, and how to get it is
    told.

    Exit status: 0 every proof passed; 1 one failed; 2 bad usage or an unknown claim, the proofs of
    the others still run; 3 one could not be checked: an engine is missing or gave no answer in
    time.
    """
    import time

    from mobtheory.claims.proving import find_engines
    from mobtheory.report.progress import shown_progress
    from mobtheory.report.proof_runs import (
        engines_used,
        known_patterns,
        proof_status,
        proofs_view,
        run_proofs,
    )

    started = time.perf_counter()
    known, unknown = known_patterns(patterns or ["*"])
    with shown_progress() as progress:
        rows = run_proofs(known, progress, jobs=jobs, time_limit=time_limit)
    engines = engines_used(find_engines(), rows)
    elapsed = time.perf_counter() - started
    if json:
        print_json({"results": rows, "engines": engines, "seconds": round(elapsed, 3)})
    else:
        print_view(lambda width: proofs_view(rows, engines, elapsed, width))
    for error in unknown:
        echo(f"mobtheory: {error}", err=True)
    status = proof_status(rows)
    raise typer.Exit(BAD_INPUT if unknown and status != CONTRADICTS else status)
