"""What is measured: a model with its inputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed.clock import clock_for
from mobtheory.experiments.speed.shapes import SHAPES, Shape, build, inputs_of
from mobtheory.models import VisionLanguageModel, load
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.reading import read_spans
from mobtheory.models.vision_language import parts_of

CALLED = "experiments.measure_speed"
_QUESTION = "What is the colour of the largest thing in this picture? Answer in one word."
_EMBEDDED_QUESTION = "what is the background colour ?"
_DTYPES = ("float64", "float32", "bfloat16", "float16")
_SIDE = 672  # pixels of the picture for a model of which nothing else is known


@dataclass(frozen=True)
class Subject:
    """A model and one row of inputs for it.

    Attributes
    ----------
    name : what was asked for
    network : the Transformers model
    row : its inputs, one sequence
    random_weights : whether the weights were drawn rather than read
    """

    name: str
    network: PreTrainedModel
    row: dict[str, torch.Tensor]
    random_weights: bool

    def inputs(self, batch: int) -> dict[str, torch.Tensor]:
        """The row so many times; a repeated sequence takes as long as a different one."""
        return {key: torch.cat([value] * batch) for key, value in self.row.items()}

    @property
    def visual(self) -> int:
        """N, the visual tokens of the picture."""
        parts = parts_of(self.network, CALLED)
        return len(read_spans(self.row, parts, CALLED)[0].visual)

    @property
    def tokens(self) -> int:
        """The length of the sequence."""
        return self.row["input_ids"].shape[1]


def subject_for(
    model: str | Shape | VisionLanguageModel,
    *,
    device: str = "auto",
    dtype: str = "auto",
    seed: int = 0,
) -> Subject:
    """Build a shape, load a model by name, or take one that is loaded."""
    if isinstance(model, str) and model in SHAPES:
        return _built(model, SHAPES[model], device, dtype, seed)
    if isinstance(model, Shape):
        return _built("shape", model, device, dtype, seed)
    loaded = load(model, device=device, dtype=dtype) if isinstance(model, str) else model
    if loaded.name == "embedded":
        picture, question = held_out_scene(seed).image, _EMBEDDED_QUESTION
    else:
        rng = np.random.default_rng(seed)
        picture = rng.integers(0, 256, (_SIDE, _SIDE, 3), dtype=np.uint8)
        question = _QUESTION
    inputs: dict[str, Any] = dict(loaded.inputs(picture, loaded.prompt(question)))
    return Subject(loaded.name, loaded.model, inputs, random_weights=False)


def _built(name: str, shape: Shape, device: str, dtype: str, seed: int) -> Subject:
    """Half precision on CUDA, float32 elsewhere, unless another is asked for."""
    target = _device(device)
    if dtype == "auto":
        dtype = "bfloat16" if target.type == "cuda" else "float32"
    if dtype not in _DTYPES:
        raise UnsupportedModel(
            CALLED,
            f"dtype {dtype!r}",
            "this is no dtype for weights",
            f"Use one of {('auto', *_DTYPES)}.",
        )
    network = build(shape, target, getattr(torch, dtype), seed=seed)
    return Subject(name, network, inputs_of(shape, network, seed=seed), random_weights=True)


def _device(device: str) -> torch.device:
    """The device, once it is known that tensors and times can be had there."""
    try:
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        target = torch.device(device)
        torch.empty(0, device=target)
    except (RuntimeError, TypeError, AssertionError, ImportError) as error:
        raise UnsupportedModel(
            CALLED,
            f"device {device!r}",
            f"PyTorch cannot use it ({str(error).strip().partition(chr(10))[0]})",
            'Use "auto", "cpu" or an existing CUDA device such as "cuda:0".',
        ) from error
    clock_for(target)  # refuses a device on which nothing can be timed, before weights are drawn
    return target
