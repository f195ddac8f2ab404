"""Run section 10 over samples and layers."""

import math
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.layers.layers_report import LayersReport, make_report
from mobtheory.experiments.layers.plan import CALLED, Plan
from mobtheory.experiments.layers.recorded import recorded
from mobtheory.experiments.layers.sample_layer import measure_sample
from mobtheory.experiments.layers.tally import LayerTally
from mobtheory.experiments.samples import RefusedSample, Sample, UnreadableImage
from mobtheory.models.layer_call import read_layer
from mobtheory.models.submodel import Rest, rest_of_network
from mobtheory.models.vision_language import VisionLanguageModel

Progress = Callable[[str, int, int], None]


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

    def halved(size: int) -> None:
        notes.append(f"Memory ran out: {size} subsets at once went on to the end of the network.")

    total, done = len(samples) * len(plan.layers), 0
    with recorded(model, plan, samples, resume) as records:
        for sample in samples:
            reading = _Reading(model, sample, halved)
            try:
                for layer in plan.layers:
                    record = records.get((sample.id, layer))
                    if record is None:
                        record = reading.measured(layer, rests[layer], plan)
                        records.add(sample.id, layer, record)
                    tallies[layer].add(_picture(sample), record)
                    done += 1
                    if progress is not None:
                        progress(CALLED, done, total)
            except UnreadableImage as error:
                lost.append(RefusedSample(sample.id, error.rule))
                total -= len(plan.layers)
    return make_report(model, plan, list(tallies.values()), samples, lost, notes)


def _picture(sample: Sample) -> str:
    """The picture by its file, however it was written: questions about one are dependent."""
    return sample.source if sample.path is None else str(sample.path.resolve())


class _Reading:
    """One sample, whose picture is opened and prepared for the first layer that needs it."""

    def __init__(
        self, model: VisionLanguageModel, sample: Sample, on_halved: Callable[[int], None]
    ) -> None:
        self._model, self._sample, self._on_halved = model, sample, on_halved

    @cached_property
    def _inputs(self) -> Any:
        return self._model.inputs(self._sample.image, self._model.prompt(self._sample.question))

    def measured(self, layer: int, rest: Rest | None, plan: Plan) -> dict[str, Any]:
        (call,) = read_layer(self._model, self._inputs, layer)
        budgets = plan.resolve(len(call.visual))
        found = measure_sample(
            call,
            rest,
            budgets,
            seed=plan.seed,
            name=self._sample.id,
            on_halved=self._on_halved,
        )
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
