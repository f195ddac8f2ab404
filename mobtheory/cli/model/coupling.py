"""``mobtheory model coupling``: how far prompt and image lie apart, and whether inputs divide."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import AGREES, examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Model
from mobtheory.cli.printing import Json, echo, print_json, print_view


@model.command(
    epilog=examples(
        "mobtheory model coupling embedded",
        "mobtheory model coupling embedded --layers 2 --calibration calibration.json",
        "mobtheory model coupling llava-hf/llava-1.5-7b-hf --samples rows.csv --layers 0-31 "
        "--layer 2 --resume coupling.jsonl",
    )
)
def coupling(
    name: Model = "embedded",
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV or JSONL file with the columns image and question, and kind, family and "
            "answer where known; images are named relative to it.",
            show_default="held-out scenes of the embedded model",
        ),
    ] = None,
    per_kind: Annotated[
        int, typer.Option(metavar="N", help="Scenes for each of the six kinds of question.")
    ] = 32,
    layers: Annotated[
        str,
        typer.Option(metavar="all|L,L|L-L", help="Decoder layers that are measured, from 0."),
    ] = "all",
    layer: Annotated[
        int | None,
        typer.Option(
            metavar="L",
            help="The one that is shown in full and calibrated.",
            show_default="2, or the nearest measured",
        ),
    ] = None,
    metric: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="hausdorff, visual_to_prompt, prompt_to_visual, mean_visual_to_prompt or "
            "mean_prompt_to_visual: what is shown in full and calibrated.",
        ),
    ] = "hausdorff",
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize/--no-normalize",
            help="Of tokens scaled to length 1 or as they are; both are measured.",
        ),
    ] = True,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write there what coupling-aware pruning reads."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write coupling.json and coupling.svg there."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="State to go on with, or to begin if it is not there; what was refused stays "
            "refused.",
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option(metavar="N", help="Samples at once; halved where memory runs out.")
    ] = 8,
    seed: Annotated[int, typer.Option(help="The same seed gives the same report.")] = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    json: Json = False,
) -> None:
    """Measure how far prompt and image lie apart on each layer, and whether inputs are divided.

    Otsu's threshold splits every sample in two; two tests say whether there are two clusters at
    all. A row without a readable picture or a question is told, counted and left out. With --resume
    and otherwise the same options a run that was killed goes on.

    Exit status: 0 whatever is found, also no two clusters; 2 bad usage or input; 3 a package is
    missing; 130 interrupted, the state is kept.
    """
    from mobtheory.models import load  # first: it says which package is missing
    from mobtheory.experiments.coupling import chosen_layers, measure_coupling  # isort: skip
    from mobtheory.report import require_writable
    from mobtheory.report.calibration_file import require_calibration_place, write_calibration
    from mobtheory.report.coupling_view import coupling_view
    from mobtheory.report.coupling_writing import write_coupling
    from mobtheory.report.progress import shown_progress

    if output is not None:
        require_writable(output)
    if calibration is not None:
        require_calibration_place(calibration)
    wanted = chosen_layers(layers)
    loaded = load(name, device=device, dtype=dtype)
    with shown_progress() as progress:
        found = measure_coupling(
            loaded,
            samples=samples,
            per_kind=per_kind,
            layers=wanted,
            layer=layer,
            metric=metric,
            normalize=normalize,
            seed=seed,
            batch=batch,
            resume=resume,
            progress=progress,
            tell=lambda note: echo(note, err=True),
        )
    document = found.to_dict()
    if json:
        print_json(document)
    else:
        print_view(lambda width: coupling_view(document, width))
    if output is not None:
        echo(f"Report: {write_coupling(document, output)}", err=json)
    if calibration is not None:
        echo(f"Calibration: {write_calibration(found.calibration, calibration)}", err=json)
    raise typer.Exit(AGREES)
