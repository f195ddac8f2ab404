"""The coupling experiment: measure all samples, go on after a kill, summarise, calibrate."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from os.path import realpath
from pathlib import Path
from typing import Any

import numpy as np

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.coupling.measuring import SPACES, MeasuredSample
from mobtheory.experiments.coupling.recorded import CALLED, Progress, measure_recorded, run_key
from mobtheory.experiments.coupling.summary import (
    MeasureSummary,
    histogram,
    holm,
    summarise_measure,
    two_labels,
)
from mobtheory.experiments.coupling.two_clusters import LEVEL, RESAMPLES, enough_nulls
from mobtheory.experiments.samples import (
    RefusedSample,
    Sample,
    embedded_samples,
    read_samples,
    samples_digest,
)
from mobtheory.experiments.versions import versions
from mobtheory.models.fingerprint import weights_fingerprint
from mobtheory.models.hooks import layer_index
from mobtheory.models.vision_language import VisionLanguageModel, parts_of
from mobtheory.pruning import MEASURES, CouplingCalibration

PER_KIND = 32


@dataclass(frozen=True)
class CouplingReport:
    """What was measured.

    Attributes
    ----------
    model : name, revision, weights, dtype and device
    samples : what they are, and how many were asked for and measured
    layers : measured, ascending
    measured, refused : of the samples
    summaries : one for each layer, space and measure
    layer, metric, normalize : which of them is calibrated
    seed, resamples, seconds : of the run
    nulls : draws of each null distribution
    notes : what else the reader should know
    """

    model: dict[str, Any]
    samples: dict[str, Any]
    layers: tuple[int, ...]
    measured: tuple[MeasuredSample, ...]
    refused: tuple[RefusedSample, ...]
    summaries: tuple[MeasureSummary, ...]
    layer: int
    metric: str
    normalize: bool
    seed: int
    resamples: int
    nulls: int
    notes: tuple[str, ...]
    seconds: float

    def values(self, layer: int, space: str, measure: str) -> np.ndarray:
        """One measure of all samples, (n,) float64."""
        return _values(self.measured, self.layers.index(layer), space, measure)

    @property
    def chosen(self) -> MeasureSummary:
        """The summary that is calibrated."""
        space = "normalised" if self.normalize else "raw"
        place = self.layer, space, self.metric
        return next(s for s in self.summaries if (s.layer, s.space, s.measure) == place)

    @property
    def calibration(self) -> CouplingCalibration:
        """What a pruner reads of it."""
        found = self.chosen.clusters
        return CouplingCalibration(
            model=self.model["name"],
            revision=self.model["revision"],
            weights=self.model["weights"],
            layer=self.layer,
            metric=self.metric,
            normalize=self.normalize,
            tau=found.threshold,
            tau_interval=found.threshold_interval,
            separability=found.separability,
            gaussian_p=found.gaussian_p,
            unimodal_p=found.unimodal_p,
            level=LEVEL,
            clusters=found.found,
            n=found.n,
            samples=self.samples["words"],
            seed=self.seed,
            versions=_versions(),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; a run that was killed and went on gives the same but `seconds`."""
        chosen = self.chosen
        return {
            "schema": 1,
            "model": self.model,
            "samples": self.samples,
            "refused": [refused.to_dict() for refused in self.refused],
            "layers": list(self.layers),
            "spaces": list(SPACES),
            "measures": dict(MEASURES),
            "level": LEVEL,
            "seed": self.seed,
            "resamples": self.resamples,
            "nulls": self.nulls,
            "summaries": [summary.to_dict() for summary in self.summaries],
            "chosen": {
                "layer": chosen.layer,
                "space": chosen.space,
                "measure": chosen.measure,
                "histogram": histogram(self.values(chosen.layer, chosen.space, chosen.measure)),
            },
            "calibration": self.calibration.to_dict(),
            "rows": [measured.to_dict() for measured in self.measured],
            "notes": list(self.notes),
            "versions": _versions(),
            "seconds": self.seconds,
        }


def measure_coupling(
    model: VisionLanguageModel,
    *,
    samples: str | PathLike[str] | Sequence[Sample] | None = None,
    per_kind: int = PER_KIND,
    layers: Sequence[int] | None = None,
    layer: int | None = None,
    metric: str = "hausdorff",
    normalize: bool = True,
    seed: int = 0,
    batch: int = 8,
    resamples: int = RESAMPLES,
    resume: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
) -> CouplingReport:
    """Measure how far prompt and image lie apart, and whether inputs fall into two clusters.

    Parameters
    ----------
    model : what `load` returns
    samples : a file of pictures with questions, or samples; default: held-out scenes of the
        embedded model
    per_kind : how many of those for each of the six kinds of question
    layers : decoder layers whose input is measured; default: all of them
    layer : the one that is calibrated; default: 2, or the nearest that is measured
    metric : the measure that is calibrated, one of `MEASURES`
    normalize : whether the calibrated one is of tokens scaled to length 1; both are measured
    seed : of the scenes, the tests and the intervals
    batch : samples that go through the model together; halved where memory runs out
    resamples : of the bootstrap; null distributions get as many draws or as Holm's correction needs
    resume : file to go on with, or to begin; what was measured is on the disk before the next
        batch, and a sample that was refused stays refused
    progress : called with (stage, done, total)
    tell : called with a sentence about a batch that was halved

    Returns
    -------
    CouplingReport

    Raises
    ------
    InvalidProblem
        For a bad file of samples, one that leaves no sample that can be measured, an unknown
        metric, the file of another run, or numbers out of range.
    UnsupportedModel
        For a layer that the model does not have.

    Examples
    --------
    >>> from mobtheory.models import load
    >>> report = measure_coupling(load("embedded"), per_kind=2, layers=[2], resamples=99)
    >>> report.chosen.clusters.n, len(report.summaries), report.calibration.layer
    (12, 10, 2)
    """
    started = time.perf_counter()
    report = progress or (lambda *_: None)
    asked = _layers(model, layers)
    chosen = _chosen(model, asked, layer)
    if not isinstance(metric, str) or metric not in MEASURES:  # what callers pass is not checked
        known = ", ".join(MEASURES)
        raise InvalidProblem(CALLED, f"metric {metric!r}", f"known are {known}", "Choose one.")
    seed, batch = as_count(CALLED, "seed", seed, 0), as_count(CALLED, "batch", batch, 1)
    resamples = as_count(CALLED, "resamples", resamples, 1)
    pictures, refused, words = _samples(samples, per_kind, seed)
    told = _model(model)
    digest = samples_digest(pictures)
    key = run_key(model, told, digest, asked, batch)
    outcomes, notes = measure_recorded(
        model, pictures, asked, key, resume, progress=report, tell=tell or (lambda _: None)
    )
    measured = tuple(found for found in outcomes if isinstance(found, MeasuredSample))
    refused += tuple(found for found in outcomes if isinstance(found, RefusedSample))
    if not measured:
        first = f"; {refused[0].id}: {refused[0].reason}" if refused else ""
        raise InvalidProblem(
            CALLED,
            f"{words} of which {len(refused)} were refused{first}",
            "at least one sample must be measured",
            "Mend the samples, or check that this model takes them.",
        )
    nulls = enough_nulls(len(asked) * len(SPACES) * len(MEASURES), resamples)
    notes += _shared_pictures(pictures, {found.id for found in measured})
    space = "normalised" if normalize else "raw"
    notes += _tied(_values(measured, asked.index(chosen), space, metric))
    return CouplingReport(
        model=told,
        samples={
            "words": words,
            "sha256": digest,
            "asked": len(measured) + len(refused),
            "measured": len(measured),
            "refused": len(refused),
            "visual_tokens": sorted({found.visual_tokens for found in measured}),
            "prompt_tokens": sorted({found.prompt_tokens for found in measured}),
        },
        layers=asked,
        measured=measured,
        refused=refused,
        summaries=_summaries(measured, asked, seed, resamples, nulls, report),
        layer=chosen,
        metric=metric,
        normalize=bool(normalize),
        seed=seed,
        resamples=resamples,
        nulls=nulls,
        notes=tuple(notes),
        seconds=round(time.perf_counter() - started, 2),
    )


def _layers(model: VisionLanguageModel, layers: Sequence[int] | None) -> tuple[int, ...]:
    parts = parts_of(model, CALLED)
    wanted = range(len(parts.layers)) if layers is None else layers
    if not isinstance(wanted, Iterable):
        raise InvalidProblem(
            CALLED, f"layers {layers!r}", "layers are a list of integers", f"Pass [{layers!r}]."
        )
    found = tuple(sorted({layer_index(layer, 0, parts, CALLED) for layer in wanted}))
    if not found:
        raise InvalidProblem(CALLED, "no layers", "at least one is measured", "Leave them out.")
    return found


def _chosen(model: VisionLanguageModel, measured: tuple[int, ...], layer: int | None) -> int:
    if layer is None:
        return min(measured, key=lambda other: abs(other - 2))
    if layer_index(layer, 0, parts_of(model, CALLED), CALLED) not in measured:
        raise InvalidProblem(
            CALLED,
            f"layer {layer!r} to calibrate, layers {', '.join(map(str, measured))} to measure",
            "the calibrated layer is one of the measured ones",
            "Choose one of them, or measure it too.",
        )
    return int(layer)


def _samples(
    samples: str | PathLike[str] | Sequence[Sample] | None, per_kind: int, seed: int
) -> tuple[tuple[Sample, ...], tuple[RefusedSample, ...], str]:
    if samples is None:
        words = f"held-out scenes of the embedded model, {per_kind} a kind, seed {seed}"
        return embedded_samples(per_kind, seed), (), words
    if isinstance(samples, str | PathLike):
        found = read_samples(samples)
        return found.samples, found.refused, f"rows of {Path(fspath(samples)).name}"
    if not isinstance(samples, Sequence) or not all(isinstance(one, Sample) for one in samples):
        raise InvalidProblem(
            CALLED,
            f"samples of type {type(samples).__name__}",
            "samples are a file, or a list of samples",
            "Pass the path of a CSV or JSONL file, or what `read_samples` or `embedded_samples` "
            "give.",
        )
    ids = [sample.id for sample in samples]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise InvalidProblem(
            CALLED, f"two samples {twice!r}", "ids tell samples apart", "Give each its own."
        )
    return tuple(samples), (), f"{len(samples)} samples"


def _shared_pictures(samples: Sequence[Sample], measured: set[str]) -> list[str]:
    asked = [sample for sample in samples if sample.id in measured]
    shown = {sample.source if sample.path is None else realpath(sample.path) for sample in asked}
    if len(shown) == len(asked):
        return []
    return [
        f"{len(asked)} questions are about {len(shown)} pictures: they are not independent, so "
        "p values are too small and intervals too short"
    ]


def _tied(values: np.ndarray) -> list[str]:
    single = np.unique(values, return_counts=True)[1] == 1
    tied = len(values) - int(np.count_nonzero(single))
    if tied == 0:
        return []
    return [
        f"{tied} of {len(values)} values are equal to another: the p value of one mode, which is "
        "calibrated on values without ties, is too small"
    ]


def _model(model: VisionLanguageModel) -> dict[str, Any]:
    config: Any = model.model.config
    return {
        "name": str(model.name),
        "family": config.model_type,
        "revision": getattr(config, "_commit_hash", None),
        "weights": weights_fingerprint(model),
        "dtype": str(model.model.dtype).removeprefix("torch."),
        "device": str(model.model.device),
    }


def _summaries(
    measured: Sequence[MeasuredSample],
    layers: Sequence[int],
    seed: int,
    resamples: int,
    nulls: int,
    report: Progress,
) -> tuple[MeasureSummary, ...]:
    kinds = [found.kind for found in measured]
    labels = two_labels([found.family for found in measured], kinds)
    places = [(layer, space, name) for layer in layers for space in SPACES for name in MEASURES]
    found: list[MeasureSummary] = []
    for done, place in enumerate(places):
        report("tests", done, len(places))
        values = _values(measured, layers.index(place[0]), *place[1:])
        found.append(
            summarise_measure(
                values, place, kinds, labels, seed=seed, resamples=resamples, nulls=nulls
            )
        )
    report("tests", len(places), len(places))
    corrected = holm([summary.holm_p for summary in found])
    return tuple(replace(s, holm_p=p) for s, p in zip(found, corrected, strict=True))


def _values(measured: Sequence[MeasuredSample], place: int, space: str, measure: str) -> np.ndarray:
    at = list(SPACES).index(space), list(MEASURES).index(measure)
    return np.array([found.values[place][at[0]][at[1]] for found in measured])


def _versions() -> dict[str, str | None]:
    return versions("numpy", "scipy", "torch", "transformers")
