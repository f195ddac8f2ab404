"""``mobtheory report``: a saved report drawn again."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_report, print_solution


@app.command(epilog=examples("mobtheory report report", "mobtheory report solution"))
def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Folder with audit.json, or else with solution.json."
        ),
    ],
    json: Json = False,
) -> None:
    """Render the page or the figure and the tables of a saved report again."""
    from mobtheory.report import (
        has_solution_only,
        read_report,
        read_solution,
        write_report,
        write_solution,
    )

    if has_solution_only(folder):
        solution = read_solution(folder)
        figure = write_solution(solution, folder)
        print_solution(solution, json)
        return echo(f"Figure: {figure}", err=json)
    document = read_report(folder)
    page = write_report(document, folder)
    print_report(document, json)
    echo(f"Report: {page}", err=json)
    raise typer.Exit(document["exit_status"])
