"""Replace files so that a folder holds the old ones or the new ones, and nothing in between."""

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mobtheory.errors import ReportNotWritten


def replace_files(called: str, folder: str | os.PathLike[str], contents: Mapping[str, str]) -> Path:
    """Write texts to files of a folder, all of them or none.

    Parameters
    ----------
    called : how an error message names the call
    folder : is made if need be; other files in it are left alone
    contents : text by file name

    Returns
    -------
    Path
        Of the folder.

    Raises
    ------
    ReportNotWritten
        If the folder cannot be written. What was there is still complete.

    Notes
    -----
    All files are written and flushed beside their targets and then renamed over them; if one cannot
    be renamed, those before it are put back.
    """
    target = Path(folder)
    with _explained(called, target):
        target.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".report-", dir=target) as staging:
            for name, text in contents.items():
                _write_through(Path(staging) / name, text)
            _replace_all(Path(staging), target, list(contents))
    return target


def require_writable(folder: str | os.PathLike[str]) -> None:
    """Raise `ReportNotWritten` if a report could not be written there; nothing is made or changed.

    Parameters
    ----------
    folder : the folder of the report, which may not exist yet
    """
    target = Path(folder)
    with _explained("require_writable", target):
        place = next(p for p in (target.absolute(), *target.absolute().parents) if p.exists())
        if not place.is_dir():
            raise NotADirectoryError(f"{place} is a file")
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(f"{place} is not writable")


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
def _explained(called: str, folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise ReportNotWritten(
            called,
            f"folder {str(folder)!r} ({type(error).__name__}: {error})",
            "the report needs a folder that can be written",
            "Choose another folder with --output, or mend its permissions. No report was changed.",
        ) from error
