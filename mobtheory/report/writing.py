"""Write a report so that the folder holds the old one or the new one, and nothing in between."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobtheory.report.documents import AUDIT, SOLUTION, as_data, to_json
from mobtheory.report.figures import solution_figure
from mobtheory.report.figures.standalone import standalone
from mobtheory.report.page import page
from mobtheory.report.replacing import replace_files

if TYPE_CHECKING:
    from mobtheory.experiments import AuditReport, SolvedTokens

PAGE, FIGURE = "index.html", "solution.svg"


def write_report(report: "AuditReport | Mapping[str, Any]", folder: str | os.PathLike[str]) -> Path:
    """Write a report as JSON and as one HTML page that needs no network.

    Parameters
    ----------
    report : what `audit` returned, or its ``to_dict()``
    folder : where ``audit.json`` and ``index.html`` go; it is made if need be, and other files in
        it are left alone

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InvalidProblem
        If `report` is no audit report.
    ReportNotWritten
        If the folder cannot be written. A report that was there is still complete.

    Notes
    -----
    Both files are written and flushed beside their targets and then renamed over them; if the
    second cannot be renamed, the first is put back.

    Examples
    --------
    >>> import tempfile
    >>> import mobtheory as mob
    >>> report = mob.audit(claims="geometry.domination", instances=30, model="none")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(mob.write_report(report, folder).name)
    index.html
    """
    document = as_data(report)
    AUDIT.require("write_report", document)
    contents = {AUDIT.file: to_json(document), PAGE: page(document)}
    return replace_files("write_report", folder, contents) / PAGE


def read_report(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the JSON of a report that was written before.

    Parameters
    ----------
    folder : that holds ``audit.json``

    Returns
    -------
    dict
        As ``AuditReport.to_dict`` made it.

    Raises
    ------
    InvalidProblem
        If the file is missing, truncated or no report of this version.
    """
    return AUDIT.read(folder)


def write_solution(
    solved: "SolvedTokens | Mapping[str, Any]", folder: str | os.PathLike[str]
) -> Path:
    """Write what `solve_tokens` found as JSON and as a figure in SVG.

    Parameters
    ----------
    solved : what `solve_tokens` returned, or its ``to_dict()``
    folder : where ``solution.json`` and ``solution.svg`` go; it is made if need be, and other
        files in it are left alone

    Returns
    -------
    Path
        Of the figure.

    Raises
    ------
    InvalidProblem
        If `solved` is no such document.
    ReportNotWritten
        If the folder cannot be written. A solution that was there is still complete.

    Notes
    -----
    Both files are replaced together, as `write_report` does.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from mobtheory.experiments import solve_tokens
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/tokens.npz", visual=np.eye(4), prompt=-np.eye(4))
    ...     print(write_solution(solve_tokens(f"{folder}/tokens.npz", 2), folder).name)
    solution.svg
    """
    document = as_data(solved)
    SOLUTION.require("write_solution", document)
    drawn = standalone(solution_figure(document))
    contents = {SOLUTION.file: to_json(document), FIGURE: drawn}
    return replace_files("write_solution", folder, contents) / FIGURE


def read_solution(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the JSON of a solution that was written before.

    Parameters
    ----------
    folder : that holds ``solution.json``

    Returns
    -------
    dict
        As ``SolvedTokens.to_dict`` made it.

    Raises
    ------
    InvalidProblem
        If the file is missing, truncated or no solution of this version.
    """
    return SOLUTION.read(folder)


def has_solution_only(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a solution and no audit report, which would go before it."""
    place = Path(folder)
    return (place / SOLUTION.file).exists() and not (place / AUDIT.file).exists()
