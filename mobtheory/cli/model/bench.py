"""``mobtheory model bench``: what pruning saves on a device."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import AGREES, examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Layer
from mobtheory.cli.printing import Json, echo, print_json, print_view


@model.command(
    epilog=examples(
        "mobtheory model bench",
        "mobtheory model bench llava-next-7b --select mob --select random --output speed.json",
        "mobtheory model bench embedded --ratio 8/9 --answers 1,4 --repeats 10 --json",
    )
)
def bench(
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="llava-1.5-7b, llava-next-7b or llava-next-mistral-7b (built in that shape with "
            'random weights), "embedded", an identifier on the Hugging Face Hub, or a folder.',
        ),
    ] = "llava-next-7b",
    layer: Layer = 2,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="random|nearest|fps|mob",
            help="How tokens are chosen; repeatable.",
            show_default="mob",
        ),
    ] = None,
    ratio: Annotated[
        list[str] | None,
        typer.Option(
            "--ratio",
            metavar="SHARE",
            help="Share of visual tokens that is dropped: a fraction, or per cent; repeatable.",
            show_default="2/3, 7/9 and 8/9",
        ),
    ] = None,
    answers: Annotated[
        str, typer.Option(metavar="N,...", help="Lengths of answers in tokens.")
    ] = "1,4,32",
    repeats: Annotated[
        int, typer.Option(metavar="N", help="Runs of each setting that count.")
    ] = 20,
    warmup: Annotated[int, typer.Option(metavar="N", help="Runs of each setting before them.")] = 2,
    batch: Annotated[int, typer.Option(metavar="B", help="Sequences at once.")] = 1,
    tower_graph: Annotated[
        bool,
        typer.Option("--tower-graph", help="Replay the vision tower as a CUDA graph throughout."),
    ] = False,
    device: Device = "auto",
    dtype: Dtype = "auto",
    seed: Annotated[int, typer.Option(help="Of weights, inputs and the order of runs.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON file, replaced after each repeat."),
    ] = None,
    json: Json = False,
) -> None:
    """Measure prefill, answers, selection and memory with and without pruning, side by side.

    In each repeat every setting runs once, in an order drawn anew; times are medians with quartiles
    and speedups ratios of runs of one repeat, with a 95 % interval (their range for fewer than 6
    repeats). Where no CUDA device is at hand this is said, and the embedded model is measured on
    the CPU in place of one of the shapes.

    Exit status: 0 measured, whether or not the goals are met; 2 bad usage or input; 3 a package is
    missing; 130 interrupted, the file holds the repeats so far.
    """
    from mobtheory.experiments.speed import RATIOS, as_lengths, as_ratio, measure_speed
    from mobtheory.report import require_writable, to_json
    from mobtheory.report.progress import shown_progress
    from mobtheory.report.replacing import replace_files
    from mobtheory.report.speed_view import speed_view

    if output is not None:
        require_writable(output.parent)
    ratios = RATIOS if ratio is None else tuple(map(as_ratio, ratio))
    with shown_progress() as progress:
        document = measure_speed(
            name,
            layer=layer,
            selects=tuple(select or ("mob",)),
            ratios=ratios,
            answers=as_lengths(answers),
            repeats=repeats,
            warmup=warmup,
            batch=batch,
            tower_graph=tower_graph,
            device=device,
            dtype=dtype,
            seed=seed,
            progress=progress,
            on_halved=lambda size: echo(f"Out of memory: batch halved to {size}", err=True),
            on_document=lambda found: (
                output is not None
                and replace_files("bench", output.parent, {output.name: to_json(found)})
            ),
        )
    for note in document["notes"]:
        echo(note, err=True)
    if json:
        print_json(document)
    else:
        print_view(lambda _: speed_view(document))
    if output is not None:
        echo(f"Figures: {output}", err=True)
    raise typer.Exit(AGREES)
