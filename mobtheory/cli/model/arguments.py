"""What several commands about models take."""

from typing import Annotated

import typer

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help='"embedded", an identifier on the Hugging Face Hub, or a folder.'
    ),
]
Layer = Annotated[
    int, typer.Option(metavar="L", help="The decoder layer that is meant, counted from 0.")
]
Device = Annotated[
    str, typer.Option(metavar="auto|cpu|cuda|...", help="Where the model is computed.")
]
Dtype = Annotated[
    str,
    typer.Option(
        metavar="auto|float64|float32|bfloat16|float16", help="auto: as the checkpoint has it."
    ),
]
