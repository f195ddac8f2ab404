"""Write what `mobtheory model layers` found: JSON and figures, replaced together."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobtheory.report.documents import AUDIT, LAYERS, SOLUTION, as_data, to_json
from mobtheory.report.figures.model_layers import layer_figures
from mobtheory.report.figures.standalone import standalone
from mobtheory.report.replacing import replace_files

if TYPE_CHECKING:
    from mobtheory.experiments.layers import LayersReport


def write_layers(found: "LayersReport | Mapping[str, Any]", folder: str | os.PathLike[str]) -> Path:
    """Write a layer report as ``layers.json`` and its figures as ``layers-*.svg``.

    Parameters
    ----------
    found : what `measure_layers` returned, or its ``to_dict()``
    folder : is made if need be; other files in it are left alone

    Returns
    -------
    Path
        Of the folder.

    Raises
    ------
    InvalidProblem
        If `found` is no such document.
    ReportNotWritten
        If the folder cannot be written. What was there is still complete.
    """
    document = as_data(found)
    LAYERS.require("write_layers", document)
    drawn = {
        f"layers-{name}.svg": standalone(drawing)
        for name, drawing in layer_figures(document).items()
    }
    return replace_files("write_layers", folder, {LAYERS.file: to_json(document), **drawn})


def read_layer_report(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the ``layers.json`` of a folder.

    Parameters
    ----------
    folder : that was given to ``--output``

    Returns
    -------
    dict
        As ``LayersReport.to_dict`` made it.

    Raises
    ------
    InvalidProblem
        If the file is missing, truncated or no layer report of this version.
    """
    return LAYERS.read(folder)


def has_layers_only(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a layer report, and no audit or solution, which go before it."""
    place = Path(folder)
    others = (place / kind.file for kind in (AUDIT, SOLUTION))
    return (place / LAYERS.file).exists() and not any(file.exists() for file in others)
