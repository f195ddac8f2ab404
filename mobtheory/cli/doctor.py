"""``mobtheory doctor``: what is installed."""

import typer

from mobtheory.cli.application import AGREES, CONTRADICTS, app, examples
from mobtheory.cli.printing import Json, print_json, print_view


@app.command(epilog=examples("mobtheory doctor"))
def doctor(json: Json = False) -> None:
    """Say what is installed and how to get what is missing; exit status 1 if a part is broken."""
    from mobtheory.report.installation import (
        examine_installation,
        installation_data,
        installation_table,
    )

    checks = list(examine_installation())
    data = installation_data(checks)
    if json:
        print_json(data)
    else:
        print_view(lambda _: installation_table(checks))
    raise typer.Exit(AGREES if data["ok"] else CONTRADICTS)
