"""``mobtheory fuzz``: an algorithm against the guarantees that it names."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_json, print_view


@app.command(
    epilog=examples(
        "mobtheory fuzz my.module:select",
        "mobtheory fuzz my.module:select --guarantee two-approximation --examples 1000",
        "mobtheory fuzz my.module:select --guarantee all --minutes 30 --resume fuzz.jsonl",
    )
)
def fuzz(
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE:NAME",
            help="Callable select(visual, prompt, budget), or an object with such a method; "
            "modules of the current folder come first.",
        ),
    ],
    guarantees: Annotated[
        list[str] | None,
        typer.Option(
            "--guarantee",
            metavar="ID|contract|all",
            help='Repeatable; a parameter follows "=", as in approximation-factor=1.5.',
            show_default="contract, and what the target's attribute guarantees names",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            help="Rounds with further seeds until so much time is spent, that of resumed runs "
            "included.",
            show_default="one round",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="State to go on with, or to begin if it is not there.",
            show_default="begin .mobtheory/fuzz-<target>.jsonl",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same inputs.")] = 0,
    examples: Annotated[
        int, typer.Option(metavar="N", help="Small inputs per guarantee and round.")
    ] = 200,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="For each call; over it: hung.")
    ] = 10.0,
    metric: Annotated[
        str,
        typer.Option(
            metavar="euclidean|cosine|manhattan|chebyshev",
            help="The distance in which radii are measured.",
        ),
    ] = "euclidean",
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize/--no-normalize",
            help="Scale tokens to length 1 before radii are measured.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Search for inputs on which a covering algorithm breaks the guarantees that it claims.

    The target runs in a process of its own: one that crashes, hangs or is killed is reported, and
    the other guarantees are still checked. What was found is on the disk before the next check
    begins; with --resume and otherwise the same options a campaign that was killed goes on.

    Exit status: 0 every guarantee was kept; 1 one is broken; 2 bad usage, or a target that cannot
    be imported or called; 3 too few inputs could be checked; 130 interrupted, the state is kept.
    """
    from mobtheory.report.fuzz_progress import shown_campaign
    from mobtheory.testing.campaign import fuzz as run_campaign

    with shown_campaign() as progress:
        found = run_campaign(
            target,
            guarantees=guarantees or (),
            minutes=minutes,
            resume=resume,
            seed=seed,
            examples=examples,
            time_limit=time_limit,
            metric=metric,
            normalize=normalize,
            progress=progress,
        )
    document = found.to_dict()
    if json:
        print_json(document)
    else:
        _print_found(document)
    if found.state is not None:
        echo(f"State: {found.state}", err=json)
    if found.interrupted:
        raise KeyboardInterrupt
    raise typer.Exit(found.exit_status)


def _print_found(document: dict[str, Any]) -> None:
    from shutil import get_terminal_size

    from mobtheory.report.conformance_view import conformance_table, failures_text

    print_view(lambda _: conformance_table(document))
    if failures := failures_text(document, get_terminal_size().columns):
        echo(f"\n{failures}\n")
