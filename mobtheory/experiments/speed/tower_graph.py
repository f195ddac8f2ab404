"""The vision tower as one CUDA graph: its shapes never change, so it can be launched as a whole."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed.subject import CALLED
from mobtheory.models.vision_language import parts_of

_WARMUP = 3


@contextmanager
def tower_graphed(network: PreTrainedModel) -> Generator[None]:
    """Replay the vision tower instead of launching its kernels one by one.

    Raises
    ------
    UnsupportedModel
        Off CUDA, and for a family whose trunk has no ``vision_tower``.

    Notes
    -----
    The first call with pictures of a shape records the tower's own kernels, and later ones run the
    same kernels on the same numbers: the outputs are equal bit for bit.  They live in one place,
    which the next call overwrites.
    """
    tower: Any = getattr(parts_of(network, CALLED).trunk, "vision_tower", None)
    if tower is None or network.device.type != "cuda":
        raise UnsupportedModel(
            CALLED,
            f"a graph of the vision tower of a {type(network).__name__} on {network.device}",
            "it needs CUDA and a family with a vision_tower of fixed shapes, such as LLaVA",
            "Measure without the graph.",
        )
    own = vars(tower).get("forward")
    tower.forward = _Replayed(tower.forward)
    try:
        yield
    finally:
        del tower.forward
        if own is not None:
            tower.forward = own


class _Replayed:
    """A function of one tensor and settings, recorded at its first call with each."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run
        self.recorded: dict[Any, tuple[torch.Tensor, torch.cuda.CUDAGraph, Any]] = {}

    def __call__(self, pixel_values: torch.Tensor, **settings: Any) -> Any:
        key = (tuple(pixel_values.shape), pixel_values.dtype, *sorted(settings.items()))
        if key not in self.recorded:
            self.recorded[key] = self._record(pixel_values, settings)
        pixels, graph, output = self.recorded[key]
        pixels.copy_(pixel_values)
        graph.replay()
        return output

    def _record(self, pixel_values: torch.Tensor, settings: dict[str, Any]) -> Any:
        # tensors of inference mode could not be written again outside of it
        with torch.inference_mode(False), torch.no_grad():
            pixels = torch.empty_like(pixel_values).copy_(pixel_values)
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(_WARMUP):  # libraries choose and allocate at their first calls
                    self.run(pixels, **settings)
            torch.cuda.current_stream().wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                output = self.run(pixels, **settings)
        return pixels, graph, output
