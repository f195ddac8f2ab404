"""``mobtheory model certify``: what pruning changes in one input, and what it cannot exceed."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import AGREES, examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Layer, Model
from mobtheory.cli.printing import Json, print_json, print_view


@model.command(
    epilog=examples(
        "mobtheory model certify embedded --image a.png --question "
        '"what is the background colour ?" --layer 2 --keep 48',
        'mobtheory model certify llava-hf/llava-1.5-7b-hf --image a.jpg --question "What is this?" '
        "--layer 2 --keep 64 --select attention --json",
    )
)
def certify(
    image: Annotated[
        list[Path],
        typer.Option(metavar="FILE", help="A picture that the question is about; repeatable."),
    ],
    question: Annotated[
        str, typer.Option(metavar="TEXT", help="Without image placeholder or role tags.")
    ],
    keep: Annotated[int, typer.Option(metavar="K", help="How many visual tokens stay.")],
    name: Model = "embedded",
    layer: Layer = 2,
    select: Annotated[
        str, typer.Option(metavar="mob|attention|fps|random", help="How they are chosen.")
    ] = "mob",
    log_count: Annotated[
        bool,
        typer.Option(
            "--log-count", help="Merge each dropped token into the nearest kept one, by its number."
        ),
    ] = False,
    tokens: Annotated[int, typer.Option(metavar="N", help="Most tokens of an answer.")] = 16,
    seed: Annotated[int, typer.Option(help="Of the random selection.")] = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    json: Json = False,
) -> None:
    """Answer with and without pruning, and certify what pruning changes at its layer.

    The error of the attention is exact, in closed form; the bounds are theorems about this layer
    and this input, rounding included, and never below what was measured.

    Exit status: 0 certified; 2 bad usage or input, or a layer whose attention is no plain softmax;
    3 a package is missing.
    """
    from mobtheory.models import load  # first: it says which package is missing
    from mobtheory.experiments.certified_answer import certify_answer  # isort: skip
    from mobtheory.report.certify_view import certify_view

    loaded = load(name, device=device, dtype=dtype)
    found = certify_answer(
        loaded,
        image,
        question,
        layer,
        keep,
        select=select,
        bias="log-count" if log_count else None,
        new_tokens=tokens,
        seed=seed,
    )
    document = found.to_dict()
    if json:
        print_json(document)
    else:
        print_view(lambda width: certify_view(document, width))
    raise typer.Exit(AGREES)
