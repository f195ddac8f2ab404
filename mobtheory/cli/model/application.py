"""``mobtheory model``: the group that commands about models are added to."""

import typer

from mobtheory.cli.application import Commands, app

model = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)


@model.callback()
def measure_a_model() -> None:
    """Put the theory to the test on a vision-language model.

    MODEL is "embedded" (it ships with the package), an identifier on the Hugging Face Hub, or a
    folder.
    """


app.add_typer(model, name="model")
