"""Assumption 1 on a model and pictures with questions, as one document."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, NamedTuple

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.samples import (
    RefusedSample,
    Sample,
    UnreadableImage,
    embedded_samples,
    read_samples,
)
from mobtheory.experiments.versions import versions

if TYPE_CHECKING:
    from mobtheory.models import LipschitzEvidence

_CALLED = "model lipschitz"
_KINDS = 6


class LipschitzRun(NamedTuple):
    """What was measured, and the document that tells it."""

    evidence: "LipschitzEvidence"
    document: dict[str, Any]


def measure_assumption(
    name: str,
    layer: int,
    *,
    samples: str | PathLike[str] | None = None,
    count: int = 12,
    reading: str = "last",
    draws: int = 4,
    rounds: int = 6,
    steps: int = 5,
    seed: int = 0,
    assume: float | None = None,
    device: str = "auto",
    dtype: str = "auto",
    progress: Callable[[str, int, int], None] | None = None,
) -> LipschitzRun:
    """Load a model, ask it some questions and measure `measure_lipschitz` on their tokens.

    Parameters
    ----------
    name, device, dtype : as `models.load` takes them
    layer : decoder layer whose input is measured
    samples : CSV or JSONL file, see `read_samples`; None for held-out scenes of the embedded model
    count : inputs at most; the first ones of the file
    reading, draws, rounds, steps, seed, progress : as in `measure_lipschitz`
    assume : a constant; the document says whether the lower bound of a measured pruning
        exceeds it

    Returns
    -------
    LipschitzRun

    Raises
    ------
    InvalidProblem
        Without samples for a model other than "embedded", for a file without a usable row, or for
        a constant that is not positive.
    UnsupportedModel, MissingExtra
        As `models.load` and `measure_lipschitz`.
    """
    from mobtheory.models import load, measure_lipschitz

    started = time.perf_counter()
    count = as_count(_CALLED, "count", count, 1)
    if assume is not None and not 0 < assume < float("inf"):
        raise InvalidProblem(
            _CALLED, f"assume={assume}", "a constant is positive", "Pass a finite number above 0."
        )
    chosen, refused = _chosen(name, samples, count, seed)
    model = load(name, device=device, dtype=dtype)
    evidence = measure_lipschitz(
        model,
        _inputs(model, chosen, refused),
        layer,
        reading=reading,
        draws=draws,
        rounds=rounds,
        steps=steps,
        seed=seed,
        progress=progress,
    )
    exceeded = assume is not None and evidence.exceeds(assume)
    document = {
        "schema": 1,
        **evidence.to_dict(),
        "source": "held-out scenes" if samples is None else fspath(samples),
        "refused": [row.to_dict() for row in refused],
        "asked": {"count": count, "draws": draws, "rounds": rounds, "steps": steps},
        "assumed": None if assume is None else {"constant": assume, "exceeded": exceeded},
        "exit_status": int(exceeded),
        "seconds": round(time.perf_counter() - started, 3),
        "versions": versions("numpy", "torch", "transformers"),
    }
    return LipschitzRun(evidence, document)


def _chosen(
    name: str, samples: str | PathLike[str] | None, count: int, seed: int
) -> tuple[Sequence[Sample], list[RefusedSample]]:
    if samples is not None:
        found = read_samples(samples)
        return found.samples[:count], list(found.refused)
    if name != "embedded":
        raise InvalidProblem(
            _CALLED,
            f"{name!r} without samples",
            "only the embedded model has pictures of its own",
            "Pass --samples FILE, a CSV file with the header image,question.",
        )
    return embedded_samples(-(-count // _KINDS), seed)[:count], []


def _inputs(
    model: Any, samples: Sequence[Sample], refused: list[RefusedSample]
) -> Iterator[Mapping[str, Any]]:
    """One input a sample; a picture that cannot be read is left out and told."""
    for sample in samples:
        try:
            image = sample.image
        except UnreadableImage as error:
            refused.append(RefusedSample(sample.id, error.received))
            continue
        yield model.inputs(image, model.prompt(sample.question))
