"""``mobtheory report``: a saved report drawn again."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_json, print_report, print_solution, print_view


@app.command(epilog=examples("mobtheory report report", "mobtheory report solution"))
def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Folder with audit.json, or else solution.json, layers.json or coupling.json.",
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
    from mobtheory.report.coupling_writing import has_coupling_only
    from mobtheory.report.layers_writing import has_layers_only

    if has_solution_only(folder):
        solution = read_solution(folder)
        figure = write_solution(solution, folder)
        print_solution(solution, json)
        return echo(f"Figure: {figure}", err=json)
    if has_layers_only(folder):
        raise typer.Exit(_layers(folder, json))
    if has_coupling_only(folder):
        return _coupling(folder, json)
    document = read_report(folder)
    page = write_report(document, folder)
    print_report(document, json)
    echo(f"Report: {page}", err=json)
    raise typer.Exit(document["exit_status"])


def _layers(folder: Path, json: bool) -> int:
    from mobtheory.report.layers_view import layers_view
    from mobtheory.report.layers_writing import read_layer_report, write_layers

    document = read_layer_report(folder)
    place = write_layers(document, folder)
    _show(document, layers_view, json)
    echo(f"Figures: {place}", err=json)
    return document["exit_status"]


def _coupling(folder: Path, json: bool) -> None:
    from mobtheory.report.coupling_view import coupling_view
    from mobtheory.report.coupling_writing import read_coupling_report, write_coupling

    document = read_coupling_report(folder)
    place = write_coupling(document, folder)
    _show(document, coupling_view, json)
    echo(f"Figure: {place}", err=json)


def _show(document: dict[str, Any], view: Callable[[dict[str, Any], int], Any], json: bool) -> None:
    if json:
        print_json(document)
    else:
        print_view(lambda width: view(document, width))
