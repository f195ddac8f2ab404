"""What F gives for variants of one input, and how far two of its outputs lie apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.models.batching import in_batches
from mobtheory.models.lipschitz.sample import Float, Places, Sample
from mobtheory.models.submodel import Rest

READINGS = ("last", "prompt", "logits")
"""F as it is read: final normed states at the last token (Euclidean norm), those at all prompt
tokens (Frobenius norm over their rows), logits at the last token (Euclidean norm)."""


@dataclass(frozen=True, eq=False)
class Variant:
    """Tokens of a sample: some of them, some more than once, moved, or heavier.

    Attributes
    ----------
    places : which tokens, ascending, a place once for each copy; the prompt is among them
    hidden : (n, d) tensor that replaces the tokens, or None
    positions : tensor that replaces their position ids, or None
    bias : one number for each place, added to the logits of its column, or None
    """

    places: Places
    hidden: torch.Tensor | None = None
    positions: torch.Tensor | None = None
    bias: Float | None = None


@dataclass(frozen=True, eq=False)
class Outputs:
    """F of one variant: normed states (L, d) at the prompt, logits (vocabulary,) at its end."""

    prompt: Float
    logits: Float

    @property
    def parts(self) -> tuple[Float, Float, Float]:
        """In the order of `READINGS`."""
        return self.prompt[-1], self.prompt, self.logits

    @property
    def answer(self) -> int:
        """The token that the model would say first."""
        return int(self.logits.argmax())

    @property
    def norms(self) -> Float:
        """||F(X)|| in each reading, (3,)."""
        return np.array([float(np.linalg.norm(part)) for part in self.parts])

    def change(self, other: "Outputs") -> Float:
        """||F(X) - F(X')|| in each reading, (3,)."""
        pairs = zip(self.parts, other.parts, strict=True)
        return np.array([float(np.linalg.norm(one - two)) for one, two in pairs])


class Function(Protocol):
    """F, whatever computes it."""

    def __call__(self, sample: Sample, variants: Sequence[Variant]) -> list[Outputs]: ...


@dataclass(frozen=True, eq=False)
class NetworkFunction:
    """F as the rest of a network computes it, in batches of equally long variants.

    Attributes
    ----------
    rest : from the input of the layer to the final norm
    tokens : how many tokens a batch holds at most; a longer variant is a batch of its own
    halved : told each batch size that memory enforced
    """

    rest: Rest
    tokens: int = 4096
    halved: list[int] = field(default_factory=list[int])

    def __call__(self, sample: Sample, variants: Sequence[Variant]) -> list[Outputs]:
        """F of each variant, in order, without gradients."""
        found: list[Outputs | None] = [None] * len(variants)
        groups: dict[tuple[int, bool], list[int]] = {}
        for number, variant in enumerate(variants):
            groups.setdefault((len(variant.places), variant.bias is not None), []).append(number)
        for (length, _), numbers in groups.items():
            size = max(1, self.tokens // length)
            run = self._runner(sample, variants)
            outputs = in_batches(run, numbers, size, on_halved=self.halved.append)
            for number, output in zip(numbers, outputs, strict=True):
                found[number] = output
        return [output for output in found if output is not None]

    def _runner(
        self, sample: Sample, variants: Sequence[Variant]
    ) -> Callable[[Sequence[int]], list[Outputs]]:
        def run(numbers: Sequence[int]) -> list[Outputs]:
            chosen = [variants[number] for number in numbers]
            with torch.no_grad():
                states = self.states(sample, chosen)[:, -len(sample.prompt) :]
                logits = self.rest.logits(states[:, -1])
            return [
                Outputs(_array(own), _array(said)) for own, said in zip(states, logits, strict=True)
            ]

        return run

    def states(self, sample: Sample, variants: Sequence[Variant]) -> torch.Tensor:
        """(B, m, d) final states of equally long variants; gradients reach `Variant.hidden`."""
        hidden: list[torch.Tensor] = []
        positions: list[torch.Tensor] = []
        for variant in variants:
            at = torch.as_tensor(variant.places, device=sample.hidden.device)
            tokens = sample.hidden if variant.hidden is None else variant.hidden
            ids = sample.positions if variant.positions is None else variant.positions
            hidden.append(tokens[at])
            positions.append(ids[..., at])
        biases = [variant.bias for variant in variants if variant.bias is not None]
        bias = torch.as_tensor(np.stack(biases)) if biases else None
        return self.rest(
            torch.stack(hidden),
            torch.stack(positions, dim=-2),
            bias=None if bias is None else bias.to(sample.hidden.device),
        )


def every_token(sample: Sample) -> Variant:
    """X itself."""
    return Variant(np.arange(len(sample.hidden)))


def pruned(sample: Sample, kept: Places, bias: Float | None = None) -> Variant:
    """X_s: text and the kept visual tokens; `bias` holds one number for each of these."""
    stays = np.ones(len(sample.hidden), dtype=bool)
    stays[sample.visual] = False
    stays[sample.visual[kept]] = True
    places = np.flatnonzero(stays)
    if bias is None:
        return Variant(places)
    added = np.zeros(len(sample.hidden))
    added[sample.visual[kept]] = bias
    return Variant(places, bias=added[places])


def repeated(sample: Sample, times: NDArray[np.int64]) -> Variant:
    """Every visual token as often as `times` (N,) says, at its own position."""
    counts = np.ones(len(sample.hidden), dtype=np.int64)
    counts[sample.visual] = times
    return Variant(np.repeat(np.arange(len(counts)), counts))


def weighted(sample: Sample, times: NDArray[np.int64]) -> Variant:
    """The same as `repeated` by other means: log(times) on the logits of each column."""
    added = np.zeros(len(sample.hidden))
    added[sample.visual] = np.log(times)
    return Variant(np.arange(len(added)), bias=added)


def _array(tensor: torch.Tensor) -> Float:
    return tensor.detach().double().cpu().numpy()
