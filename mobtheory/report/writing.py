"""Write a report so that the folder holds the old one or the new one, and nothing in between."""

import json
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.report.page import page
from mobtheory.report.schema import violations

if TYPE_CHECKING:
    from mobtheory.experiments import AuditReport

DATA, PAGE = "audit.json", "index.html"


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
    document: Any = dict(report) if isinstance(report, Mapping) else _as_data(report)
    require_report("write_report", document)
    contents = {DATA: to_json(document), PAGE: page(document)}
    target = Path(folder)
    with _explained(target):
        target.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".report-", dir=target) as staging:
            for name, text in contents.items():
                _write_through(Path(staging) / name, text)
            _replace_all(Path(staging), target, list(contents))
    return target / PAGE


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
    called, path = f"report {os.fspath(folder)}", Path(folder) / DATA
    try:
        document = json.loads(path.read_text("utf-8"), parse_constant=_no_such_number)
    except (OSError, ValueError) as error:
        raise InvalidProblem(
            called,
            f"{path} ({type(error).__name__}: {error})",
            "it must be the JSON that `mobtheory audit` wrote",
            "Name the folder that was given to --output.",
        ) from error
    require_report(called, document)
    return document


def require_report(called: str, document: Any) -> None:
    """Raise `InvalidProblem` unless `document` follows the schema of a report."""
    first = next(violations(document), None)
    if first is not None:
        raise InvalidProblem(
            called,
            "data that are no audit report",
            first,
            "Pass what mobtheory.audit returned, or run `mobtheory audit` again.",
        )


def require_writable(folder: str | os.PathLike[str]) -> None:
    """Raise `ReportNotWritten` if a report could not be written there; nothing is made or changed.

    Parameters
    ----------
    folder : the folder of the report, which may not exist yet
    """
    target = Path(folder)
    with _explained(target):
        place = next(p for p in (target.absolute(), *target.absolute().parents) if p.exists())
        if not place.is_dir():
            raise NotADirectoryError(f"{place} is a file")
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(f"{place} is not writable")


def to_json(document: Mapping[str, Any]) -> str:
    """The JSON text of a report: the same data always give the same bytes."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _as_data(report: Any) -> Any:
    return report.to_dict() if hasattr(report, "to_dict") else report


def _no_such_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _replace_all(staging: Path, target: Path, names: list[str]) -> None:
    """Rename each staged file over its target; on failure put back those that were replaced."""
    replaced: list[str] = []
    try:
        for name in names:
            if (target / name).exists():
                shutil.copy2(target / name, staging / f"old-{name}")
            os.replace(staging / name, target / name)
            replaced.append(name)
    except BaseException:
        for name in replaced:
            old = staging / f"old-{name}"
            if old.exists():
                os.replace(old, target / name)
            else:
                (target / name).unlink()
        raise


@contextmanager
def _explained(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise ReportNotWritten(
            "write_report",
            f"folder {str(folder)!r} ({type(error).__name__}: {error})",
            "the report needs a folder that can be written",
            "Choose another folder with --output, or mend its permissions. No report was changed.",
        ) from error
