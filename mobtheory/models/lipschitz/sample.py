"""One input of a decoder layer: its tokens, and how far its visual tokens lie from the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.attention import attention_weights
from mobtheory.errors import UnsupportedModel
from mobtheory.geometry import hausdorff, pairwise_distances
from mobtheory.models.layer_call import LayerCall, read_layer
from mobtheory.models.layer_pass import LayerPass
from mobtheory.models.lipschitz.noise import noise_level

Float = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sample:
    """The tokens of one sequence at the layer, without padding.

    Attributes
    ----------
    number : counts the inputs from 0
    hidden : (n, d) tensor in the dtype of the model
    positions : (n,) or (3, n) tensor of position ids
    visual, prompt : places of the N visual and the L prompt tokens; the prompt comes last
    points : (N + L, d) float64, the set X = V u P that Assumption 1 speaks of
    call : the layer, to be run on these tokens; None for a function that is no network
    """

    number: int
    hidden: torch.Tensor
    positions: torch.Tensor
    visual: Places
    prompt: Places
    points: Float
    call: LayerCall | None

    @cached_property
    def whole(self) -> LayerPass:
        """The layer run on all tokens."""
        assert self.call is not None
        return self.call.run()

    @cached_property
    def distances(self) -> Float:
        """(N, N + L) float64, from each visual token to all points: d_H of every subset."""
        return np.asarray(pairwise_distances(self.points[: self.count], self.points))

    def forget(self) -> None:
        """Drop `whole` and `distances`, which many inputs at once have no memory for."""
        for name in ("whole", "distances"):
            self.__dict__.pop(name, None)

    @property
    def dtype(self) -> str:
        """Of the tokens, and so of F."""
        return str(self.hidden.dtype).removeprefix("torch.")

    @property
    def noise(self) -> float:
        """What rounding alone may do to a change, over ||F(X)||."""
        return noise_level(self.dtype)

    @property
    def count(self) -> int:
        """N, the number of visual tokens."""
        return len(self.visual)

    def pruned_distance(self, kept: Places) -> float:
        """d_H(X, X_s) for kept visual tokens, counted from 0.

        X_s is a subset of X and holds all prompt tokens, so it is the farthest that a visual token
        lies from the kept ones and the prompt (theory, proposition 2.1).
        """
        prompt = np.arange(self.count, len(self.points))
        return float(self.distances[:, np.concatenate([kept, prompt])].min(axis=1).max())

    def farthest(self, kept: Places) -> int:
        """The visual token that attains `pruned_distance`."""
        prompt = np.arange(self.count, len(self.points))
        nearest = self.distances[:, np.concatenate([kept, prompt])].min(axis=1)
        return int(nearest.argmax())

    def moved_points(self, hidden: torch.Tensor) -> Float:
        """V u P after its tokens were replaced, (N + L, d) float64."""
        return _points(hidden, self.visual, self.prompt)

    def moved_distance(self, hidden: torch.Tensor) -> float:
        """d_H(X, X') where `hidden` replaces all tokens."""
        return hausdorff(self.points, self.moved_points(hidden))

    def separation(self) -> Float:
        """How far each visual token lies from the nearest other point, (N,)."""
        others = self.distances + np.where(np.eye(*self.distances.shape) > 0, np.inf, 0.0)
        return others.min(axis=1)

    def attention(self) -> Float:
        """Weight of each visual token at the last prompt token, mean over the heads, (N,)."""
        weights = attention_weights(self.whole.logits)
        return np.asarray(weights)[:, -1, self.visual].mean(axis=0)


def sample_of(
    number: int,
    hidden: torch.Tensor,
    positions: torch.Tensor,
    visual: Places,
    prompt: Places,
    call: LayerCall | None = None,
) -> Sample:
    """Gather one input; its distances are measured once, and every subset is told from them."""
    points = _points(hidden, visual, prompt)
    return Sample(number, hidden, positions, visual, prompt, points, call)


def read_samples(model: Any, inputs: Any, layer: int, called: str) -> tuple[Sample, ...]:
    """Read all rows of one batch of model inputs, or of several, at the input of a layer."""
    batches: Iterable[Any] = [inputs] if isinstance(inputs, Mapping) else inputs
    samples: list[Sample] = []
    for batch in batches:
        for call in read_layer(model, batch, layer):
            if len(call.prompt) == 0 or call.prompt[-1] != len(call.hidden) - 1:
                raise UnsupportedModel(
                    called,
                    f"a row with {len(call.prompt)} prompt tokens of {len(call.hidden)}",
                    "the outputs are read at the prompt, which ends the row",
                    "Put the question behind the picture.",
                )
            places = call.visual, call.prompt
            samples.append(sample_of(len(samples), call.hidden, call.positions, *places, call))
    if not samples:
        raise UnsupportedModel(
            called, "no inputs", "a ratio needs an input", "Pass at least one batch."
        )
    return tuple(samples)


def _points(hidden: torch.Tensor, visual: Places, prompt: Places) -> Float:
    tokens = hidden.detach().double().cpu().numpy()
    return np.concatenate([tokens[visual], tokens[prompt]])
