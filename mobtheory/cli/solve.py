"""``mobtheory solve``: the least covering radius of a file of tokens."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import app, examples
from mobtheory.cli.printing import Json, echo, print_solution


@app.command(
    epilog=examples(
        "mobtheory solve tokens.npz --budget 64",
        "mobtheory solve tokens.npz --budget 64 --frontier --time-limit 120",
        "mobtheory solve picture.safetensors --budget 64 --objective k-center --output centers",
    )
)
def solve(
    tokens: Annotated[
        Path,
        typer.Argument(
            metavar="TOKENS",
            help="File (.npz or .safetensors) with the arrays visual (N, d) and prompt (L, d); "
            "k-center needs no prompt.",
        ),
    ],
    budget: Annotated[int, typer.Option(metavar="K", help="How many visual tokens are kept.")],
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="radius|union|k-center",
            help="max{d_H(S_p, P), d_H(S_v, V)}, max{d_H(S_p, P), h(V -> S)} or h(V -> S).",
            show_default="radius",
        ),
    ] = None,
    prompt_budget: Annotated[
        int | None,
        typer.Option(
            metavar="K_P", help="Prompt centres among the K.", show_default="any split of K"
        ),
    ] = None,
    metric: Annotated[
        str, typer.Option(metavar="euclidean|cosine|manhattan|chebyshev", help="The distance.")
    ] = "euclidean",
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize/--no-normalize",
            help="Scale tokens to length 1 first, as the paper does.",
        ),
    ] = True,
    frontier: Annotated[
        bool,
        typer.Option("--frontier", help="The trade-off of both radii over all splits of K."),
    ] = False,
    method: Annotated[
        str, typer.Option(metavar="exact|greedy", help="How the front is found.")
    ] = "exact",
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="Then the bracket so far is the result.")
    ] = 60.0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where solution.json and solution.svg go.")
    ] = Path("solution"),
    json: Json = False,
) -> None:
    """Keep K tokens so that the covering radius is least, and prove it, or bracket the least one.

    The time limit is for the search alone: reading, the distances and the comparison with greedy
    rules come on top. An interrupt keeps the bracket so far, where there is one; an interrupted
    front writes nothing.

    Exit status: 0 solved, also where the time limit left a bracket; 2 bad usage or input, or the
    result cannot be written; 3 a package is missing; 130 interrupted; 141 nobody reads the output.
    """
    from mobtheory.experiments import solve_tokens
    from mobtheory.report import require_writable, write_solution
    from mobtheory.report.progress import shown_bracket

    require_writable(output)
    with shown_bracket() as progress:
        solved = solve_tokens(
            tokens,
            budget,
            objective=objective,
            prompt_budget=prompt_budget,
            metric=metric,
            normalize=normalize,
            frontier=frontier,
            method=method,
            time_limit=time_limit,
            progress=progress,
        )
    figure = write_solution(solved, output)
    print_solution(solved.to_dict(), json)
    echo(f"Figure: {figure}", err=json)
    if solved.interrupted:
        raise KeyboardInterrupt
