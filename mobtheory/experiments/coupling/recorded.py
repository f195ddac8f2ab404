"""Outcomes of all samples: batches that fit, kept on the disk so that a killed run goes on."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.experiments.coupling.measuring import (
    SPACES,
    MeasuredSample,
    Outcome,
    measure_batch,
)
from mobtheory.experiments.resume_file import ResumeFile
from mobtheory.experiments.samples import RefusedSample, Sample
from mobtheory.experiments.versions import versions
from mobtheory.models.batching import DoesNotFit, in_batches
from mobtheory.models.vision_language import VisionLanguageModel
from mobtheory.pruning import MEASURES

CALLED = "model coupling"
Progress = Callable[[str, int, int], None]
_NO_ROOM = "memory ran out for this sample alone"


def run_key(
    model: VisionLanguageModel, told: dict[str, Any], digest: str, layers: Sequence[int], batch: int
) -> dict[str, Any]:
    """Everything that the values of a run depend on; a file with another key is another run's.

    Parameters
    ----------
    model : what `load` returns
    told : its "weights" and "dtype"
    digest : of the samples
    layers, batch : of the run
    """
    return {
        "format": f"mobtheory {CALLED} 2",
        "weights": told["weights"],
        "dtype": told["dtype"],
        "prompt": _template(model),
        "samples": digest,
        "layers": list(layers),
        "batch": batch,
        "measures": list(MEASURES),
        **{name: versions(name)[name] for name in ("mobtheory", "torch", "transformers")},
    }


def measure_recorded(
    model: VisionLanguageModel,
    samples: Sequence[Sample],
    layers: Sequence[int],
    key: dict[str, Any],
    resume: str | PathLike[str] | None,
    *,
    progress: Progress,
    tell: Callable[[str], object],
) -> tuple[list[Outcome], list[str]]:
    """Measure samples, and go on where a killed run of the same key ended.

    Parameters
    ----------
    model, samples, layers : as for `measure_batch`
    key : what `run_key` gives
    resume : file of the run, or None; a batch is one record of it, so that as a whole it is
        measured again or not at all, and what it refused stays refused
    progress, tell : as for `measure_coupling`

    Returns
    -------
    outcomes, notes
        One outcome a sample, in order, and what to know about all of them. A sample for which
        memory runs out alone is refused, and the run goes on.
    """
    size = fits = key["batch"]
    outcomes: list[Outcome] = []

    def halved(smaller: int) -> None:
        nonlocal fits
        fits = smaller
        tell(_halved(smaller, size))

    with ExitStack() as stack:
        state = None
        if resume is not None:
            state = stack.enter_context(ResumeFile(resume, key, called=CALLED))
            for number, record in enumerate(state.records):
                turn = samples[number * size : (number + 1) * size]
                found, fits = _read_back(record, turn, len(layers), fits, state.path)
                outcomes += found
        progress("samples", len(outcomes), len(samples))
        while len(outcomes) < len(samples):
            some, before = samples[len(outcomes) : len(outcomes) + size], fits
            found = _that_fit(model, some, layers, fits, halved)
            if any(isinstance(one, RefusedSample) and one.reason == _NO_ROOM for one in found):
                fits = before  # one large picture must not slow down all others
            if state is not None:
                told = [outcome.to_dict() for outcome in found]
                state.append({"outcomes": told, "fits": fits})
            outcomes += found
            progress("samples", len(outcomes), len(samples))
    return outcomes, [_halved(fits, size)] if fits < size else []


def _halved(fits: int, size: int) -> str:
    return f"memory ran out: batches of {fits} instead of {size}"


def _that_fit(
    model: VisionLanguageModel,
    samples: Sequence[Sample],
    layers: Sequence[int],
    size: int,
    halved: Callable[[int], object],
) -> list[Outcome]:
    """The outcomes of a batch, of which a sample that does not fit even alone is refused."""
    try:
        return in_batches(
            lambda part: measure_batch(model, part, layers), samples, size, on_halved=halved
        )
    except DoesNotFit:
        if len(samples) == 1:
            return [RefusedSample(samples[0].id, _NO_ROOM)]
    return [found for one in samples for found in _that_fit(model, [one], layers, 1, halved)]


def _template(model: VisionLanguageModel) -> str | None:
    try:
        return model.prompt("?")
    except UnsupportedModel:  # then every sample is refused, with the reason
        return None


def _read_back(
    record: dict[str, Any], samples: Sequence[Sample], layers: int, fits: int, path: Path
) -> tuple[list[Outcome], int]:
    """A record's outcomes and what fitted after it, if they can be those of these samples."""
    told: Any = record.get("outcomes")
    after: Any = record.get("fits")
    whole = samples and isinstance(told, list) and len(told) == len(samples)
    if not (whole and type(after) is int and 1 <= after <= fits):
        raise _damaged(path, "a record is not of the samples that are its turn")
    found: list[Outcome] = []
    for data, sample in zip(told, samples, strict=True):
        if not isinstance(data, dict) or data.get("id") != sample.id:
            raise _damaged(path, "a record is not of the samples that are its turn")
        if set(data) == {"id", "reason"} and isinstance(data["reason"], str):
            found.append(RefusedSample(**data))
        elif _is_measured(data, sample, layers):
            found.append(MeasuredSample(**data))
        else:
            raise _damaged(path, f"the record of {sample.id!r} is damaged")
    return found, after


def _is_measured(data: dict[str, Any], sample: Sample, layers: int) -> bool:
    names = {"id", "kind", "family", "visual_tokens", "prompt_tokens", "values"}
    if set(data) != names or (data["kind"], data["family"]) != (sample.kind, sample.family):
        return False
    sizes = data["visual_tokens"], data["prompt_tokens"]
    numbers = [data["values"]]
    for length in (layers, len(SPACES), len(MEASURES)):
        if not all(isinstance(part, list) and len(part) == length for part in numbers):
            return False
        numbers = [inner for part in numbers for inner in part]
    return all(type(size) is int and size >= 1 for size in sizes) and all(
        type(number) is float and isfinite(number) and number >= 0 for number in numbers
    )


def _damaged(path: Path, why: str) -> InvalidProblem:
    return InvalidProblem(
        CALLED,
        f"file {str(path)!r}",
        f"the run cannot go on with it: {why}",
        "Name another file with --resume.",
    )
