"""Files of samples: a CSV or JSONL file, a row for each picture and question."""

import csv
import json
from collections.abc import Callable, Iterator
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TextIO

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.samples.picture import open_picture
from mobtheory.experiments.samples.sample import ReadSamples, RefusedSample, Sample

NEEDED = ("image", "question")
OPTIONAL = ("kind", "family", "answer")
_FORMAT = (
    "Write a CSV file with the header image,question (and kind, family, answer where known), or "
    'a JSONL file of lines such as {"image": "a.png", "question": "What is this?"}.'
)
_Row = tuple[int, dict[str, Any] | str]
"""The line where a row ends, and its fields or what is wrong with it."""


def read_samples(path: str | PathLike[str]) -> ReadSamples:
    r"""Read a file of pictures with questions; pictures are opened later, one at a time.

    Parameters
    ----------
    path : of a ``.csv`` or ``.jsonl`` file in UTF-8 with the columns ``image`` and ``question`` and
        optionally ``kind``, ``family`` and ``answer``; others are ignored. Images are named
        relative to the file's folder.

    Returns
    -------
    ReadSamples
        ``samples`` and ``refused``: a row without image or question, with a field of another type,
        that is no CSV or JSON, or whose picture does not exist is left out and told.
        Whether a picture can be read shows only when it is opened.

    Raises
    ------
    InvalidProblem
        If there is no such file, it has another suffix, or no row with the columns.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (8, 8)).save(f"{folder}/a.png")
    ...     rows = "image,question,kind", "a.png,What is this?,what", "b.png,Where is it?,where"
    ...     _ = Path(folder, "rows.csv").write_text("\n".join(rows))
    ...     found = read_samples(f"{folder}/rows.csv")
    >>> [(sample.id, sample.question, sample.kind) for sample in found.samples]
    [('a.png, line 2', 'What is this?', 'what')]
    >>> found.refused
    (RefusedSample(id='line 3', reason="no file 'b.png'"),)
    """
    file = Path(path)
    read = _READERS.get(file.suffix.lower())
    if read is None:
        raise _no_samples(file, f"a file with the suffix {file.suffix!r}")
    samples: list[Sample] = []
    refused: list[RefusedSample] = []
    rows_with_columns = 0
    try:
        # undecodable bytes become surrogates, which make their own row a bad one
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            for line, row in read(file, lines):
                wrong = row if isinstance(row, str) else _fault(file.parent, row)
                if isinstance(row, dict):
                    rows_with_columns += all(column in row for column in NEEDED)
                if wrong is None and isinstance(row, dict):
                    samples.append(_sample(file.parent, line, row))
                else:
                    refused.append(RefusedSample(f"line {line}", str(wrong)))
    except OSError as error:
        raise _no_samples(file, f"no readable file ({error.strerror or error})") from error
    if rows_with_columns == 0:
        told = f"; line {refused[0].id.split()[1]}: {refused[0].reason}" if refused else ""
        raise _no_samples(file, f"a file without a row that has them{told}")
    return ReadSamples(tuple(samples), tuple(refused))


def _csv_rows(file: Path, lines: TextIO) -> Iterator[_Row]:
    # strict: a quote that is never closed would swallow the rest of the file without a word
    reader = csv.reader(lines, strict=True)
    try:
        header = next((row for row in reader if any(map(str.strip, row))), [])
    except csv.Error as error:
        raise _no_samples(file, f"a header that is no CSV ({error})") from error
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice or not set(NEEDED) <= set(header):
        which = f"{twice[0]!r} twice in it" if twice else f"{', '.join(header) or 'nothing'} in it"
        raise _no_samples(file, f"a header with {which}")
    while True:
        first = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield reader.line_num, f"no CSV from line {first} on ({error})"
            continue
        if row is None:
            return
        if row and len(row) != len(header):
            yield reader.line_num, f"not as many fields as the {len(header)} of the header"
        elif row:
            # CSV knows no null: an empty field says that nobody knows
            known = zip(header, row, strict=True)
            yield reader.line_num, {k: v if v or k in NEEDED else None for k, v in known}


def _jsonl_rows(file: Path, lines: TextIO) -> Iterator[_Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"no JSON ({error})"
            continue
        yield number, row if isinstance(row, dict) else f"a {type(row).__name__}, not an object"


_READERS: dict[str, Callable[[Path, TextIO], Iterator[_Row]]] = {
    ".csv": _csv_rows,
    ".jsonl": _jsonl_rows,
}


def _fault(folder: Path, row: dict[str, Any]) -> str | None:
    """What is wrong with a row, or None."""
    for column in NEEDED:
        if column not in row:
            return f"no column {column!r}"
        if not isinstance(row[column], str):
            return f"{column} of type {type(row[column]).__name__}, not text"
        if not row[column].strip():
            return f"an empty {column}"
    for column in OPTIONAL:
        if not isinstance(row.get(column), str | int | float | None):
            return f"{column} of type {type(row[column]).__name__}, not text"
    texts = [text for text in map(row.get, (*NEEDED, *OPTIONAL)) if isinstance(text, str)]
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        return "text that is not UTF-8"
    return _fault_of_file(folder, row["image"])


def _fault_of_file(folder: Path, name: str) -> str | None:
    try:
        found = (folder / name).is_file()
    except (OSError, ValueError) as error:  # a name with NUL, or too long a one
        return f"a name that no file has ({error})"
    return None if found else f"no file {name!r}"


def _sample(folder: Path, line: int, row: dict[str, Any]) -> Sample:
    known = {name: None if row.get(name) is None else str(row[name]) for name in OPTIONAL}
    return Sample(
        id=f"{row['image']}, line {line}",
        question=row["question"].strip(),
        kind=known["kind"],
        family=known["family"],
        answer=known["answer"],
        source=row["image"],
        opened=partial(open_picture, folder / row["image"]),
        path=folder / row["image"],
    )


def _no_samples(file: Path, received: str) -> InvalidProblem:
    return InvalidProblem(
        f"read_samples {fspath(file)}",
        received,
        "samples are the rows of a .csv or .jsonl file with the columns image and question",
        _FORMAT,
    )
