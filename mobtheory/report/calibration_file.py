"""Write a calibration of the coupling, in one piece."""

from os import PathLike
from pathlib import Path

from mobtheory.errors import ReportNotWritten
from mobtheory.pruning import CouplingCalibration
from mobtheory.report.documents import to_json
from mobtheory.report.replacing import replace_files, require_writable


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
    require_calibration_place(target)
    try:
        replace_files(
            "write_calibration", target.parent, {target.name: to_json(calibration.to_dict())}
        )
    except ReportNotWritten as error:
        raise _refused(error.received) from error
    return target


def require_calibration_place(path: str | PathLike[str]) -> None:
    """Raise `ReportNotWritten` if no calibration could be written there; nothing is changed.

    Parameters
    ----------
    path : of the file, which may not exist yet
    """
    target = Path(path)
    if target.is_dir():  # also the empty path
        raise _refused(f"file {str(target)!r}, which is a folder")
    try:
        require_writable(target.parent)
    except ReportNotWritten as error:
        raise _refused(f"file {str(target)!r}: {error.received}") from error


def _refused(received: str) -> ReportNotWritten:
    return ReportNotWritten(
        "write_calibration",
        received,
        "the calibration needs a file that can be written",
        "Choose another one with --calibration. Nothing was changed.",
    )
