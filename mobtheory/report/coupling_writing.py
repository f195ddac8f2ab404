"""Write what `mobtheory model coupling` measured: JSON and its figure, replaced together."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobtheory.report.documents import AUDIT, LAYERS, SOLUTION, Kind, as_data, to_json
from mobtheory.report.figures.model_coupling import coupling_figure
from mobtheory.report.figures.standalone import standalone
from mobtheory.report.replacing import replace_files

if TYPE_CHECKING:
    from mobtheory.experiments.coupling import CouplingReport

COUPLING = Kind(
    "coupling",
    "coupling report",
    "mobtheory.experiments.coupling.measure_coupling",
    "mobtheory model coupling",
)


def write_coupling(
    found: "CouplingReport | Mapping[str, Any]", folder: str | os.PathLike[str]
) -> Path:
    """Write a coupling report as ``coupling.json`` and its figure as ``coupling.svg``.

    Parameters
    ----------
    found : what `measure_coupling` returned, or its ``to_dict()``
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
    COUPLING.require("write_coupling", document)
    drawn = standalone(coupling_figure(document))
    files = {COUPLING.file: to_json(document), "coupling.svg": drawn}
    return replace_files("write_coupling", folder, files)


def read_coupling_report(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the ``coupling.json`` of a folder.

    Parameters
    ----------
    folder : that was given to ``--output``

    Returns
    -------
    dict
        As ``CouplingReport.to_dict`` made it.

    Raises
    ------
    InvalidProblem
        If the file is missing, truncated or no coupling report of this version.
    """
    return COUPLING.read(folder)


def has_coupling_only(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a coupling report, and no other, which goes before it."""
    place = Path(folder)
    others = (place / kind.file for kind in (AUDIT, SOLUTION, LAYERS))
    return (place / COUPLING.file).exists() and not any(file.exists() for file in others)
