"""``mobtheory adversary``: the instances nearest to breaking a claim."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_json, print_view


@app.command(
    epilog=examples(
        "mobtheory adversary",
        "mobtheory adversary 'theorem-2.*' --profile quick",
        "mobtheory adversary --seconds 20 --write",
    )
)
def adversary(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Claim ids or shell patterns.")
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="quick|standard|deep", help="How many instances are tried.")
    ] = "standard",
    seconds: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Limit for each claim.", show_default="none"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same witnesses.")] = 0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the witnesses so far are kept.")
    ] = Path("adversary"),
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget what the folder holds of an earlier run.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Put better witnesses into the package.")
    ] = False,
    json: Json = False,
) -> None:
    """Search for the instances that come nearest to breaking each claim.

    For a true bound that is how tight it is, as far as was found; for a refuted claim the smallest
    counterexample that was found. A run that was stopped goes on where it was, claim by claim.

    Exit status: 0 what was found agrees with what is registered; 1 a true claim is violated; 2 bad
    usage or input; 3 a search fell short: no counterexample, no instance, or a tight bound that
    was not come near to.
    """
    from mobtheory import experiments
    from mobtheory.report.adversary_table import adversary_table
    from mobtheory.report.progress import shown_progress

    with shown_progress() as progress:
        found = experiments.run_adversary(
            claims=patterns or "*",
            profile=profile,
            seed=seed,
            seconds=seconds,
            folder=output,
            restart=restart,
            write=write,
            progress=progress,
        )
    document = found.to_dict()
    if json:
        print_json(document)
    else:
        print_view(lambda width: adversary_table(document["witnesses"], width))
        if not found.used_hypothesis:
            echo('Without targeted draws: pip install "mobtheory[test]" for them.', err=True)
    raise typer.Exit(found.exit_status)
