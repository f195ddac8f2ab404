"""``mobtheory model layers``: section 10 of the theory on the layers of a model."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Model
from mobtheory.cli.printing import Json, echo, print_json, print_view


@model.command(
    epilog=examples(
        "mobtheory model layers embedded --json",
        "mobtheory model layers embedded --layers 2,3 --budgets 48,16,8 --output layers",
        "mobtheory model layers my-model --samples questions.csv --resume run.jsonl",
    )
)
def layers(
    name: Model = "embedded",
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers",
            metavar="L,...",
            help="Decoder layers whose input is pruned, from 1 on.",
            show_default="all",
        ),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV or JSONL file with the columns image and question.",
            show_default="scenes of the embedded model",
        ),
    ] = None,
    per_kind: Annotated[
        int, typer.Option(metavar="N", help="Embedded scenes for each of six kinds of question.")
    ] = 3,
    budgets: Annotated[
        str,
        typer.Option(
            metavar="K,...", help="Visual tokens that stay: numbers, or shares such as 1/9 or 0.1."
        ),
    ] = "1/3,1/9,1/18",
    seed: Annotated[int, typer.Option(help="The same seed gives the same report.")] = 0,
    replicates: Annotated[
        int, typer.Option(metavar="N", help="Bootstrap samples of pictures.")
    ] = 1000,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keep what is measured there, and go on where a run was killed."
        ),
    ] = None,
    device: Device = "auto",
    dtype: Dtype = "auto",
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where layers.json and the figures go.")
    ] = Path("layers"),
    json: Json = False,
) -> None:
    """Put section 10 of the theory to the test on genuine layers.

    Layer by layer: identity 9.6 with its residual; Assumption 1 with tokens dropped, overwritten in
    place, or merged by count; which surrogate predicts the error, the final state and the answer
    best; what the published right sides are worth; covering dimension, tail of the attention and
    the split of the budget that they predict; anti-alignment; bounds against errors.

    Exit status: 0 measured, and nothing contradicts a theorem; 1 the identity fails, so that what
    was read is not what the layer computes, or a bound is below the error; 2 bad usage or input; 3
    a package is missing, or no change of the layer exceeded its rounding.
    """
    from mobtheory.models import load  # first: it says which package is missing
    from mobtheory.cli.model.numbers import read_layers, read_shares  # isort: skip
    from mobtheory.experiments.layers import measure_layers
    from mobtheory.experiments.samples import embedded_samples, read_samples
    from mobtheory.report import require_writable
    from mobtheory.report.layers_view import layers_view
    from mobtheory.report.layers_writing import write_layers
    from mobtheory.report.progress import shown_progress

    require_writable(output)
    asked, shares = read_layers(layers), read_shares(budgets)
    found, refused = (
        (embedded_samples(per_kind, seed), ()) if samples is None else read_samples(samples)
    )
    loaded = load(name, device=device, dtype=dtype)
    with shown_progress() as progress:
        report = measure_layers(
            loaded,
            found,
            layers=asked,
            budgets=shares,
            seed=seed,
            replicates=replicates,
            refused=refused,
            resume=resume,
            progress=progress,
        )
    folder = write_layers(report, output)
    document = report.to_dict()
    if json:
        print_json(document)
    else:
        print_view(lambda width: layers_view(document, width))
    echo(f"Figures: {folder}", err=json)
    raise typer.Exit(report.exit_status)
