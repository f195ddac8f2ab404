"""``mobtheory claims``: the claims and their verdicts."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_json, print_view


@app.command(
    epilog=examples(
        "mobtheory claims",
        "mobtheory claims theorem-2.truncation",
        "mobtheory claims 'theorem-*' --output report",
    )
)
def claims(
    pattern: Annotated[
        str | None, typer.Argument(metavar="ID", help="Claim id or shell pattern.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write claims.html there, with figures."),
    ] = None,
    json: Json = False,
) -> None:
    """List the claims with their verdicts, or show one of them in full."""
    from mobtheory.claims import select_claims
    from mobtheory.experiments import claim_reading

    chosen = [claim_reading(claim) for claim in select_claims(pattern or "*")]
    page = None
    if output is not None:
        from mobtheory.report import write_claims

        page = write_claims(chosen, output)
    if json:
        print_json({"claims": chosen})
    else:
        from mobtheory.report.claim_view import claim_view
        from mobtheory.report.tables import claims_table

        alone = len(chosen) == 1
        print_view(
            lambda width: claim_view(chosen[0], width) if alone else claims_table(chosen, width)
        )
    if page is not None:
        echo(f"Page: {page}", err=json)
