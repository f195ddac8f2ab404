"""One decoder layer as a model calls it, to be run again on fewer, other or heavier tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import PreTrainedModel

from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models.layer_pass import LayerPass, run_layer
from mobtheory.models.layer_weights import LayerWeights, weights_of
from mobtheory.models.tokens import TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel
from mobtheory.models.watching import watch_layers

_CALLED = "models.read_layer"


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One row of a batch at one decoder layer: its tokens, and the genuine layer itself.

    Attributes
    ----------
    layer : index of the decoder layer
    hidden : (n, d) tensor, the tokens of the row without padding, on the model's device
    positions : (n,) or (3, n) integer tensor, their position ids
    visual : (N,) places of the visual tokens among the n
    prompt : (L,) places of the prompt tokens, the text after the last visual one; they are the
        rows whose attention is read
    rotary : two (n, d_h) tensors, cosine and sine of the rotary embedding
    mask : (n, n) tensor that the model made, boolean or additive; None for a plain causal one
    module : the decoder layer; it is held, not copied
    """

    layer: int
    hidden: torch.Tensor
    positions: torch.Tensor
    visual: NDArray[np.int64]
    prompt: NDArray[np.int64]
    rotary: tuple[torch.Tensor, ...]
    mask: torch.Tensor | None
    module: nn.Module

    def run(
        self, kept: Any = None, *, bias: Any = None, hidden: torch.Tensor | None = None
    ) -> LayerPass:
        """Run the layer's own code on the text and the kept visual tokens.

        Parameters
        ----------
        kept : (K,) integers, the kept visual tokens counted from 0, sorted and unique; None
            keeps all
        bias : (K,) numbers that are added to the logits of the kept visual tokens
        hidden : (n, d) tensor that takes the place of the tokens

        Returns
        -------
        LayerPass

        Raises
        ------
        InvalidSelection
            When `kept` is not sorted, unique and in range, or `bias` does not fit it.
        """
        places, chosen = self.places(kept)
        tokens = self.hidden if hidden is None else hidden
        if tokens.shape != self.hidden.shape:
            raise UnsupportedModel(
                "LayerCall.run",
                f"hidden of shape {tuple(tokens.shape)}",
                f"it takes the place of tokens of shape {tuple(self.hidden.shape)}",
                "Give one token for each token of the row, pruned ones included.",
            )
        at = torch.as_tensor(places, device=tokens.device)
        mask = None if self.mask is None else self.mask[at][:, at]
        if bias is not None:
            mask = _with_bias(mask, self._columns(chosen, bias, len(places)), tokens)
        rows = np.searchsorted(places, self.prompt)
        rotary = tuple(part[at] for part in self.rotary)
        return run_layer(self.module, tokens[at], rotary, mask, places, rows)

    def places(self, kept: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of everything that stays, and which of these are visual."""
        count = len(self.visual)
        if kept is None:
            chosen = np.arange(count)
        else:
            chosen = np.asarray(kept.cpu() if isinstance(kept, torch.Tensor) else kept)
            chosen = chosen.astype(np.int64) if chosen.size == 0 else chosen
            in_range = chosen.ndim == 1 and chosen.dtype.kind in "iu"
            in_range = in_range and bool(((chosen >= 0) & (chosen < count)).all())
            if not in_range or bool((np.diff(chosen) <= 0).any()):
                raise InvalidSelection(
                    "LayerCall.run",
                    f"kept of shape {chosen.shape} and dtype {chosen.dtype}",
                    f"kept counts visual tokens from 0 to {count - 1}, sorted, without repetition",
                    "Pass a sorted array of integers, or None to keep all.",
                )
        stays = np.ones(len(self.hidden), dtype=bool)
        stays[self.visual] = False
        stays[self.visual[chosen]] = True
        places = np.flatnonzero(stays)
        return places, np.searchsorted(places, self.visual[chosen])

    def _columns(self, chosen: NDArray[np.int64], bias: Any, count: int) -> torch.Tensor:
        added = torch.as_tensor(bias, dtype=torch.float64)
        if added.shape != chosen.shape or not bool(added.isfinite().all()):
            raise InvalidSelection(
                "LayerCall.run",
                f"a bias of shape {tuple(added.shape)} for {len(chosen)} kept visual tokens",
                "there is one finite number for each kept visual token",
                "Pass an array of shape (K,).",
            )
        columns = torch.zeros(count, dtype=torch.float64)
        columns[torch.as_tensor(chosen)] = added.cpu()
        return columns

    @property
    def output(self) -> NDArray[np.float64]:
        """The output projections W_O^h of the H heads, (H, d, d_v)."""
        return self.weights.output

    @property
    def weights(self) -> LayerWeights:
        """Projections, norm and MLP of the layer, with what the bounds need of them."""
        return weights_of(self.module)


def read_layer(
    model: VisionLanguageModel | PreTrainedModel, inputs: Mapping[str, Any], layer: int
) -> tuple[LayerCall, ...]:
    """Read with what decoder layer `layer` is called, to run it again.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    inputs : the model's inputs for a batch of B sequences
    layer : 0-based index of a decoder layer

    Returns
    -------
    tuple of B `LayerCall`

    Raises
    ------
    UnsupportedModel
        As in `capture`; also for a layer that is no pre-norm layer with a ``self_attn``.

    Examples
    --------
    >>> from mobtheory.models import load, read_layer
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> what is the background colour ? ASSISTANT:"
    >>> (call,) = read_layer(model, model.inputs(held_out_scene(0).image, prompt), layer=2)
    >>> everything, third = call.run(), call.run(range(0, 144, 3))
    >>> everything.logits.shape, third.logits.shape  # heads, prompt rows, tokens
    ((4, 8, 155), (4, 8, 59))
    """
    found: list[LayerCall] = []

    def see(index: int, module: nn.Module, cloud: TokenCloud, kwargs: Mapping[str, Any]) -> None:
        found.extend(calls_of(_CALLED, index, module, cloud, kwargs, inputs.get("attention_mask")))

    watch_layers(_CALLED, model, inputs, [layer], see)
    return tuple(found)


def calls_of(
    called: str,
    index: int,
    module: nn.Module,
    cloud: TokenCloud,
    kwargs: Mapping[str, Any],
    padding: torch.Tensor | None,
) -> tuple[LayerCall, ...]:
    """The calls of all rows, from what a hook at the layer sees; `padding` is (B, T) or None."""
    mask = kwargs.get("attention_mask")
    if mask is not None and mask.ndim != 4:
        raise UnsupportedModel(
            called,
            f"an attention mask of shape {tuple(mask.shape)}",
            "the mask of a layer is read where it tells queries from keys: (B, 1, T, T)",
            'Call model.set_attn_implementation("sdpa").',
        )
    calls: list[LayerCall] = []
    for row, span in enumerate(cloud.spans):
        if span.prompt.start >= span.prompt.stop:
            raise UnsupportedModel(
                called,
                f"row {row} without text after its last visual token",
                "the rows whose attention is read are the text tokens behind the picture",
                "Put the question after the picture.",
            )
    for row, (tokens, span) in enumerate(zip(cloud.hidden, cloud.spans, strict=True)):
        real = torch.ones(len(tokens), dtype=torch.bool)
        if padding is not None:
            real = padding[row].bool().cpu()
        places = real.nonzero()[:, 0]
        at, where = places.to(tokens.device), places.numpy()
        rotary = tuple(
            part[min(row, len(part) - 1)][at].detach() for part in kwargs["position_embeddings"]
        )
        calls.append(
            LayerCall(
                layer=index,
                hidden=tokens[at].detach(),
                positions=cloud.positions[..., row, :][..., at],
                visual=np.searchsorted(where, span.visual),
                prompt=np.searchsorted(where, np.arange(span.prompt.start, span.prompt.stop)),
                rotary=rotary,
                mask=mask if mask is None else mask[min(row, len(mask) - 1), 0][at][:, at],
                module=module,
            )
        )
    return tuple(calls)


def _with_bias(
    mask: torch.Tensor | None, columns: torch.Tensor, tokens: torch.Tensor
) -> torch.Tensor:
    """An additive mask with the bias in its columns; None is causal."""
    count, dtype, device = len(columns), tokens.dtype, tokens.device
    if mask is None:
        mask = torch.ones(count, count, dtype=torch.bool, device=device).tril()
    if mask.dtype == torch.bool:
        hidden = torch.zeros(count, count, dtype=dtype, device=device)
        mask = hidden.masked_fill(~mask, torch.finfo(dtype).min)
    added = columns.to(device, dtype).expand(count, -1)
    return torch.where(mask <= torch.finfo(dtype).min, mask, mask + added)
