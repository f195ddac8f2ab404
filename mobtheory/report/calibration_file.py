"""Write a calibration of the coupling, in one piece."""

from os import PathLike
from pathlib import Path

from mobtheory.errors import ReportNotWritten
from mobtheory.pruning import CouplingCalibration
from mobtheory.report.documents import to_json
from mobtheory.report.replacing import replace_files


def write_calibration(calibration: CouplingCalibration, path: str | PathLike[str]) -> Path:
    """Write a calibration file; `mobtheory.pruning.read_calibration` reads it.

    Parameters
    ----------
    calibration : what `measure_coupling` found
    path : of the file; one that is there is replaced in one step

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ReportNotWritten
        If it cannot be written. What was there is still complete.
    """
    target = Path(path)
    try:
        replace_files(
            "write_calibration", target.parent, {target.name: to_json(calibration.to_dict())}
        )
    except ReportNotWritten as error:
        raise ReportNotWritten(
            "write_calibration",
            error.received,
            "the calibration needs a file that can be written",
            "Choose another one with --calibration. Nothing was changed.",
        ) from error
    return target
