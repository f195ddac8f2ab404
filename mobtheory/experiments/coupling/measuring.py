"""Measure the coupling of samples on several layers, a batch and one forward pass at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.experiments.samples import RefusedSample, Sample, UnreadableImage
from mobtheory.models.capturing_layers import see_layers
from mobtheory.models.tokens import TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel, parts_of
from mobtheory.pruning import MEASURES, couplings

SPACES = {"normalised": True, "raw": False}
"""Tokens scaled to length 1, as the paper does, and tokens as they are."""


@dataclass(frozen=True)
class MeasuredSample:
    """The coupling of one sample on every layer.

    Attributes
    ----------
    id, kind, family : of the sample
    visual_tokens, prompt_tokens : N and L
    values : one list for each layer, in it one for each of `SPACES`, in it one number for each of
        `MEASURES`
    """

    id: str
    kind: str | None
    family: str | None
    visual_tokens: int
    prompt_tokens: int
    values: list[list[list[float]]]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return dict(vars(self))


Outcome = MeasuredSample | RefusedSample
_Opened = tuple[Sample, Any]


def measure_batch(
    model: VisionLanguageModel, samples: Sequence[Sample], layers: Sequence[int]
) -> list[Outcome]:
    """Measure each sample, or say why it cannot be.

    Parameters
    ----------
    model : what `load` returns
    samples : of one batch; those with another number of visual tokens get a batch of their own
    layers : ascending

    Returns
    -------
    list
        One outcome a sample, in order. Refused is a sample whose picture cannot be read, or that
        processor or model does not take even alone.
    """
    outcomes: dict[str, Outcome] = {}
    opened: list[_Opened] = []
    for sample in samples:
        try:
            opened.append((sample, sample.image))
        except UnreadableImage as error:
            outcomes[sample.id] = RefusedSample(sample.id, error.received)
    outcomes.update({found.id: found for found in _measured(model, opened, layers)})
    return [outcomes[sample.id] for sample in samples]


def _measured(
    model: VisionLanguageModel, opened: Sequence[_Opened], layers: Sequence[int]
) -> list[Outcome]:
    if not opened:
        return []
    try:
        prompts = [model.prompt(sample.question) for sample, _ in opened]
        inputs = model.inputs([image for _, image in opened], prompts)
        groups = _by_visual_tokens(model, inputs["input_ids"], opened)
        if len(groups) > 1:
            return [found for group in groups for found in _measured(model, group, layers)]
        return list(_seen(model, inputs, [sample for sample, _ in opened], layers))
    except (UnsupportedModel, InvalidProblem) as error:
        if len(opened) == 1:
            return [RefusedSample(opened[0][0].id, f"{error.received}; {error.rule}")]
    return [found for one in opened for found in _measured(model, [one], layers)]


def _by_visual_tokens(
    model: VisionLanguageModel, ids: torch.Tensor, opened: Sequence[_Opened]
) -> list[list[_Opened]]:
    tokens = torch.tensor(list(parts_of(model, "measure_batch").visual_tokens.values()))
    counts = torch.isin(ids, tokens.to(ids.device)).sum(1).tolist()
    groups: dict[int, list[_Opened]] = {count: [] for count in sorted(set(counts))}
    for count, one in zip(counts, opened, strict=True):
        groups[count].append(one)
    return list(groups.values())


def _seen(
    model: VisionLanguageModel,
    inputs: Any,
    samples: Sequence[Sample],
    layers: Sequence[int],
) -> list[MeasuredSample]:
    values: list[list[list[list[float]]]] = [[] for _ in samples]
    sizes: list[tuple[int, int]] = []

    def see(_: int, cloud: TokenCloud) -> None:
        rows = list(zip(cloud.visual, cloud.prompt, strict=True))
        sizes[:] = [(len(visual), len(prompt)) for visual, prompt in rows]
        for found, (visual, prompt) in zip(values, rows, strict=True):
            found.append([_numbers(visual, prompt, unit) for unit in SPACES.values()])

    see_layers(model, inputs, layers, see)
    return [
        MeasuredSample(sample.id, sample.kind, sample.family, *size, found)
        for sample, size, found in zip(samples, sizes, values, strict=True)
    ]


def _numbers(visual: torch.Tensor, prompt: torch.Tensor, normalize: bool) -> list[float]:
    found = couplings(visual, prompt, normalize=normalize)
    return [found[name] for name in MEASURES]
