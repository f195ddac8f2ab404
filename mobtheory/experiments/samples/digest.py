"""By what a set of samples is known again: words and the bytes of its pictures."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mobtheory.experiments.samples.sample import Sample


def samples_digest(samples: Iterable[Sample]) -> str:
    """A digest of what samples ask and of what is in the files of their pictures.

    Parameters
    ----------
    samples : in order. A picture without a file is known by the words of its `source` only

    Returns
    -------
    str
        SHA-256, in hexadecimal. The same rows beside other pictures give another one; a copy of
        rows and pictures in another folder gives the same.

    Examples
    --------
    >>> from mobtheory.experiments.samples import embedded_samples
    >>> samples_digest(embedded_samples(1)) == samples_digest(embedded_samples(1, seed=1))
    False
    """
    content = cache(_content)
    told = [
        [sample.to_dict(), None if sample.path is None else content(sample.path)]
        for sample in samples
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _content(path: Path) -> str | None:
    """None where the file cannot be read: its sample is refused later."""
    try:
        if not path.is_file():  # a pipe would never end
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
