"""``mobtheory audit``: every claim confronted with its inputs, and a report."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_report


@app.command(
    epilog=examples(
        "mobtheory audit",
        "mobtheory audit --claims 'theorem-2.*' --profile quick --model none",
    )
)
def audit(
    claims: Annotated[
        list[str] | None,
        typer.Option("--claims", metavar="PATTERN", help="Claim id or shell pattern; repeatable."),
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="quick|standard|deep", help="How many inputs are drawn.")
    ] = "standard",
    instances: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Inputs per claim on grids and on clouds.",
            show_default="the profile's",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|none",
            help="Model whose tokens are used; none leaves them out.",
            show_default="embedded",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same report.")] = 0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where audit.json and index.html go.")
    ] = Path("report"),
    json: Json = False,
) -> None:
    """Confront every claim with grids, clouds and the tokens of a model, and write a report."""
    from mobtheory import experiments, report
    from mobtheory.report.progress import shown_progress

    report.require_writable(output)
    with shown_progress() as progress:
        found = experiments.audit(
            claims=claims or "*",
            instances=instances,
            model=model,
            profile=profile,
            seed=seed,
            progress=progress,
        )
    page = report.write_report(found, output)
    print_report(found.to_dict(), json)
    echo(f"Report: {page}", err=json)
    raise typer.Exit(found.exit_status)
