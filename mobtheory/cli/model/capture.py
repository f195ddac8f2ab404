"""``mobtheory model capture``: the tokens of one question about a picture, as a token file."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import AGREES, examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Layer, Model
from mobtheory.cli.printing import Json, echo, print_json


@model.command(
    epilog=examples(
        'mobtheory model capture embedded --image a.png --question "which shape is most common ?"',
        "mobtheory model capture llava-hf/llava-1.5-7b-hf --image a.jpg --question "
        '"What is this?" --layer 2 --output tokens.npz',
    )
)
def capture(
    image: Annotated[
        list[Path],
        typer.Option(metavar="FILE", help="A picture that the question is about; repeatable."),
    ],
    question: Annotated[
        str, typer.Option(metavar="TEXT", help="Without image placeholder or role tags.")
    ],
    name: Model = "embedded",
    layer: Layer = 2,
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="The .npz file that is written.")
    ] = Path("tokens.npz"),
    device: Device = "auto",
    dtype: Dtype = "auto",
    json: Json = False,
) -> None:
    """Save the visual and the prompt tokens that enter a decoder layer.

    The file holds the arrays visual (N, d) and prompt (L, d), the text after the last visual token;
    `mobtheory solve` reads it.

    Exit status: 0 the file is written; 2 bad usage or input; 3 a package is missing.
    """
    from mobtheory.models import load  # first: it says which package is missing
    from mobtheory.experiments.token_capture import capture_tokens  # isort: skip

    loaded = load(name, device=device, dtype=dtype)
    document = capture_tokens(loaded, image, question, layer, output).to_dict()
    if json:
        print_json(document)
    else:
        told = (
            f"{part} {' x '.join(map(str, array['shape']))} {array['dtype']}"
            for part, array in document["tokens"].items()
        )
        echo(f"Tokens that enter layer {layer}: {', '.join(told)}")
    echo(f"File: {output}", err=json)
    raise typer.Exit(AGREES)
