"""Run section 10 over samples and layers, and say what was found."""

import math
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.layers.layer_summary import ranking_data, summarise_layer
from mobtheory.experiments.layers.plan import CALLED, Plan
from mobtheory.experiments.layers.sample_layer import measure_sample
from mobtheory.experiments.layers.spearman import Correlations
from mobtheory.experiments.layers.tally import LayerTally
from mobtheory.experiments.resume_file import ResumeFile
from mobtheory.experiments.samples import RefusedSample, Sample, UnreadableImage
from mobtheory.experiments.versions import versions
from mobtheory.models.layer_call import read_layer
from mobtheory.models.submodel import Rest, rest_of_network
from mobtheory.models.vision_language import VisionLanguageModel

SCHEMA_VERSION = 1
Progress = Callable[[str, int, int], None]
_PROVED = ("nearest_cover_optimal", "union_twice")
_ALWAYS_USELESS = ("lemma-2 (raw)", "lemma-2 (unit)", "theorem-2.bound (unit, MoB)")


@dataclass(frozen=True)
class LayersReport:
    """What was found, layer by layer.

    Attributes
    ----------
    document : plain data that follow ``layers.schema.json``
    """

    document: dict[str, Any]

    @property
    def exit_status(self) -> int:
        """What the command ends with.

        0 all agrees; 1 an identity failed, a bound was violated or a proved step did not hold; 3
        nothing could be told.
        """
        return self.document["exit_status"]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the same run gives the same data."""
        return self.document


def measure_layers(
    model: VisionLanguageModel,
    samples: Sequence[Sample],
    *,
    layers: Sequence[int] | None = None,
    budgets: Sequence[float] | None = None,
    seed: int = 0,
    replicates: int = 1000,
    refused: Sequence[RefusedSample] = (),
    resume: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> LayersReport:
    """Put section 10 of the theory to the test on genuine layers of a model.

    Parameters
    ----------
    model : what `mobtheory.models.load` returns
    samples : pictures with questions; one that cannot be read is left out and told
    layers : decoder layers from 1 on; default: all but layer 0
    budgets : numbers of visual tokens to keep, or shares below 1; default 1/3, 1/9, 1/18
    seed : the same seed gives the same report
    replicates : bootstrap samples of pictures for the rank correlations
    refused : rows that the file of samples already lost, to be told again
    resume : file that keeps what was measured of each sample and layer, with which a killed run
        goes on, also with further layers
    progress : called with (stage, done, total)

    Returns
    -------
    LayersReport

    Raises
    ------
    UnsupportedModel
        For a layer out of range, or a model whose layers cannot be read.
    InvalidProblem
        For budgets that do not fit, or a file of another run.

    Examples
    --------
    >>> from mobtheory.experiments.layers import measure_layers
    >>> from mobtheory.experiments.samples import embedded_samples
    >>> from mobtheory.models import load
    >>> samples = embedded_samples(per_kind=1)[:3]
    >>> found = measure_layers(load("embedded"), samples, layers=[2], budgets=[16]).to_dict()
    >>> layer = found["layers"][0]
    >>> layer["cases"], layer["identity"]["fails"], layer["bounds"]["attention"]["violations"]
    (12, 0, 0)
    """
    plan = Plan.of(model, layers, budgets, seed, replicates)
    tallies = {layer: LayerTally(layer) for layer in plan.layers}
    rests, notes = _rests(model, plan.layers)
    lost = list(refused)
    total, done = len(samples) * len(plan.layers), 0
    with _records(model, plan, samples, resume) as records:
        for sample in samples:
            reading = _Reading(model, sample)
            try:
                for layer in plan.layers:
                    record = records.get((sample.id, layer))
                    if record is None:
                        record = reading.measured(layer, rests[layer], plan)
                        records.add(sample.id, layer, record)
                    tallies[layer].add(sample.source, record)
                    done += 1
                    if progress is not None:
                        progress(CALLED, done, total)
            except UnreadableImage as error:
                lost.append(RefusedSample(sample.id, error.rule))
                total -= len(plan.layers)
    return _report(model, plan, list(tallies.values()), samples, lost, notes)


class _Records(dict[tuple[str, int], dict[str, Any]]):
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
def _records(
    model: VisionLanguageModel,
    plan: Plan,
    samples: Sequence[Sample],
    resume: str | os.PathLike[str] | None,
) -> Generator[_Records]:
    if resume is None:
        yield _Records(None)
    else:
        with ResumeFile(resume, plan.head(model, samples), called=CALLED) as file:
            yield _Records(file)


class _Reading:
    """One sample, whose picture is opened and prepared for the first layer that needs it."""

    def __init__(self, model: VisionLanguageModel, sample: Sample) -> None:
        self._model, self._sample = model, sample

    @cached_property
    def _inputs(self) -> Any:
        return self._model.inputs(self._sample.image, self._model.prompt(self._sample.question))

    def measured(self, layer: int, rest: Rest | None, plan: Plan) -> dict[str, Any]:
        (call,) = read_layer(self._model, self._inputs, layer)
        budgets = plan.resolve(len(call.visual))
        found = measure_sample(call, rest, budgets, seed=plan.seed, name=self._sample.id)
        return _plain(found)


def _plain(value: Any) -> Any:
    """The record as JSON can hold it; what is infinite or was not measured is None."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def _rests(
    model: VisionLanguageModel, layers: Sequence[int]
) -> tuple[dict[int, Rest | None], list[str]]:
    """The network from each layer on; where it cannot be called, the end is not measured."""
    rests: dict[int, Rest | None] = {}
    notes: list[str] = []
    for layer in layers:
        try:
            rests[layer] = rest_of_network(model, layer)
        except UnsupportedModel as error:
            rests[layer] = None
            notes.append(f"Layer {layer}: the final state and the answer, {error.rule}.")
    return rests, notes


def _report(
    model: VisionLanguageModel,
    plan: Plan,
    tallies: Sequence[LayerTally],
    samples: Sequence[Sample],
    lost: Sequence[RefusedSample],
    notes: list[str],
) -> LayersReport:
    network: Any = model.model
    dtype = str(network.dtype).removeprefix("torch.")
    summaries: list[dict[str, Any]] = []
    ranked: list[Correlations] = []
    for tally in tallies:
        summary, found = summarise_layer(tally, plan, dtype)
        summaries.append(summary)
        ranked += [] if found is None else [found]
    wrong = [line for summary in summaries for line in contradictions(summary)]
    told = any(summary["identity"]["holds"] for summary in summaries)
    return LayersReport(
        {
            "schema": SCHEMA_VERSION,
            "model": {
                "name": model.name,
                "type": network.config.model_type,
                "dtype": dtype,
                "device": network.device.type,
                "attention": str(network.config._attn_implementation),
            },
            "plan": {
                "layers": list(plan.layers),
                "budgets": list(plan.budgets),
                "seed": plan.seed,
                "replicates": plan.replicates,
            },
            "samples": {
                "asked": len(samples),
                "measured": max((s["samples"] for s in summaries), default=0),
                "pictures": max((s["pictures"] for s in summaries), default=0),
                "kinds": sorted({s.kind for s in samples if s.kind is not None}),
                "refused": [sample.to_dict() for sample in lost],
            },
            "layers": summaries,
            "all_layers": _averaged(ranked),
            "contradictions": wrong,
            "exit_status": 1 if wrong else 0 if told else 3,
            "notes": notes,
            "versions": versions("torch", "transformers", "numpy", "scipy"),
        }
    )


def contradictions(summary: dict[str, Any]) -> list[str]:
    """What at a layer contradicts a theorem, in words."""
    layer, found = summary["layer"], []
    fails = summary["identity"]["fails"]
    if fails:
        found.append(
            f"Layer {layer}: identity 9.6 fails in {fails} of {summary['cases']} cases; what was "
            "read from the layer is not what it computes."
        )
    for name, bound in summary["bounds"].items():
        if bound["violations"]:
            found.append(
                f"Layer {layer}: the bound {name} is below the error in {bound['violations']} of "
                f"{bound['rows']} rows."
            )
    for name in _ALWAYS_USELESS:
        share = summary["domination"][name]
        if share is not None and share["share"] < 1:
            found.append(f"Layer {layer}: {name} is below h(V -> P).")
    for step in summary["proof_steps"]:
        for name in _PROVED:
            share = step["holds"][name]
            if share is not None and share["share"] < 1:
                found.append(f"Layer {layer}: the proved step {name} does not hold.")
    return found


def _averaged(ranked: Sequence[Correlations]) -> dict[str, Any] | None:
    """Correlations averaged over layers that measured the same things of the same pictures."""
    if len(ranked) < 2 or len({(r.surrogates, r.truths, r.pictures) for r in ranked}) > 1:
        return None
    first = ranked[0]
    # the same seed drew the same pictures at each layer, so replicates belong together
    return ranking_data(
        Correlations(
            first.surrogates,
            first.truths,
            np.mean([r.pooled for r in ranked], axis=0),
            np.mean([r.within for r in ranked], axis=0),
            np.mean([r.pooled_replicates for r in ranked], axis=0),
            np.mean([r.within_replicates for r in ranked], axis=0),
            sum(r.cases for r in ranked),
            first.pictures,
        )
    )
