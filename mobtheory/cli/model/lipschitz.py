"""``mobtheory model lipschitz``: Assumption 1 put to the test on a layer."""

from pathlib import Path
from typing import Annotated

import typer

from mobtheory.cli.application import examples
from mobtheory.cli.model.application import model
from mobtheory.cli.model.arguments import Device, Dtype, Layer, Model
from mobtheory.cli.printing import Json, echo, print_json, print_view


@model.command(
    epilog=examples(
        "mobtheory model lipschitz embedded --layer 2",
        "mobtheory model lipschitz embedded --layer 2 --assume 0.5 --witness witness.npz",
        "mobtheory model lipschitz llava-hf/llava-1.5-7b-hf --samples questions.csv --json",
    )
)
def lipschitz(
    name: Model = "embedded",
    layer: Layer = 2,
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV or JSONL file with the columns image and question.",
            show_default="held-out scenes, for the embedded model",
        ),
    ] = None,
    count: Annotated[int, typer.Option(metavar="N", help="Inputs at most.")] = 12,
    reading: Annotated[
        str,
        typer.Option(
            metavar="last|prompt|logits",
            help="F that the searches maximise: final state at the last token, at all prompt "
            "tokens, or logits at the last token.",
        ),
    ] = "last",
    draws: Annotated[
        int, typer.Option(metavar="N", help="Random subsets per budget and input.")
    ] = 4,
    rounds: Annotated[
        int, typer.Option(metavar="N", help="Of the search for a subset with a large ratio.")
    ] = 6,
    steps: Annotated[int, typer.Option(metavar="N", help="Of gradient ascent on the tokens.")] = 5,
    assume: Annotated[
        float | None,
        typer.Option(
            metavar="C",
            help="Exit with 1 if a measured pruning has a ratio, less rounding, above C.",
            show_default="none",
        ),
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Save the pruning with the largest bound (.npz, without pickle)."
        ),
    ] = None,
    device: Device = "auto",
    dtype: Dtype = "auto",
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 0,
    json: Json = False,
) -> None:
    """Measure ||F(X) - F(X_s)|| / d_H(X, X_s), and what moves although d_H is 0.

    F is the network from the input of a layer on, X its visual and prompt tokens, X_s what a
    pruning leaves. A measured ratio, less what rounding to the dtype may add, shows that the
    constant C of Assumption 1 is at least as large; no sample shows that it is no larger. Copies of
    tokens have d_H = 0: if pruning them moves the output, no C fits. So do permuted positions,
    which are no pruning and are told apart. With the log-count bias the error at the layer is
    compared with the constant of the repaired statement.

    Exit status: 0 measured, whatever was found; 1 a measured pruning exceeds the constant of
    --assume; 2 bad usage or input; 3 a package is missing.
    """
    from mobtheory.errors import ReportNotWritten
    from mobtheory.experiments.lipschitz import measure_assumption
    from mobtheory.report import require_writable
    from mobtheory.report.lipschitz_view import lipschitz_view
    from mobtheory.report.progress import shown_progress

    if witness is not None:
        require_writable(witness.parent)
    with shown_progress() as progress:
        evidence, document = measure_assumption(
            name,
            layer,
            samples=samples,
            count=count,
            reading=reading,
            draws=draws,
            rounds=rounds,
            steps=steps,
            seed=seed,
            assume=assume,
            device=device,
            dtype=dtype,
            progress=progress,
        )
    for line in [*document["notes"], *(f"Left out: {r['id']}" for r in document["refused"])]:
        echo(line, err=True)
    if witness is not None and evidence.witness is not None:
        try:
            evidence.witness.save(witness)
        except OSError as error:
            raise ReportNotWritten(
                "model lipschitz",
                f"{str(witness)!r} ({type(error).__name__}: {error})",
                "the witness needs a place that can be written",
                "Choose another file with --witness.",
            ) from error
        echo(f"Witness: {witness}", err=True)
    if json:
        print_json(document)
    else:
        print_view(lambda _: lipschitz_view(document))
    raise typer.Exit(document["exit_status"])
