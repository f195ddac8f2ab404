"""What was measured of each sample and layer, kept on the disk so that a killed run goes on."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from mobtheory.experiments.layers.plan import CALLED, Plan
from mobtheory.experiments.resume_file import ResumeFile
from mobtheory.experiments.samples import Sample
from mobtheory.models.vision_language import VisionLanguageModel


class Records(dict[tuple[str, int], dict[str, Any]]):
    """What a file to resume from held, by sample and layer; what is added goes there only."""

    def __init__(self, file: ResumeFile | None) -> None:
        super().__init__()
        self._file = file
        for line in file.records if file is not None else ():
            self[line["sample"], line["layer"]] = line["record"]
        if file is not None:
            file.records.clear()  # no need to hold them twice

    def add(self, sample: str, layer: int, record: dict[str, Any]) -> None:
        """Put a record on the disk."""
        if self._file is not None:
            self._file.append({"sample": sample, "layer": layer, "record": record})
            self._file.records.clear()


@contextmanager
def recorded(
    model: VisionLanguageModel,
    plan: Plan,
    samples: Sequence[Sample],
    resume: str | os.PathLike[str] | None,
) -> Generator[Records]:
    """The records of a run, from the file `resume` if there is one."""
    if resume is None:
        yield Records(None)
    else:
        with ResumeFile(resume, plan.head(model, samples), called=CALLED) as file:
            yield Records(file)
