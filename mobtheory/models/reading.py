"""Read a call of the model: which tokens are visual, which are prompt, which are padding."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mobtheory.errors import UnsupportedModel
from mobtheory.models.tokens import Spans, TokenCloud
from mobtheory.models.vision_language import Parts


def arguments_of(
    module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of a call by name, however they were passed."""
    bound = inspect.signature(module.forward).bind(*args, **kwargs)
    return {**bound.arguments, **kwargs}


def read_spans(call: Mapping[str, Any], parts: Parts, called: str) -> tuple[Spans, ...]:
    """The spans of every row of a prefill, from the arguments of the trunk."""
    _check_attentions(call, parts, called)
    cache: Any = call.get("past_key_values")
    if cache is not None and cache.get_seq_length() > 0:
        raise UnsupportedModel(
            called,
            f"a cache that holds {cache.get_seq_length()} tokens",
            "the tokens of a whole prompt are read, from its beginning",
            "Leave past_key_values out.",
        )
    ids, mask = call.get("input_ids"), call.get("attention_mask")
    if not isinstance(ids, torch.Tensor) or ids.ndim != 2:
        raise UnsupportedModel(
            called,
            "a call without input_ids of shape (batch, tokens)",
            "the image tokens are found by their id",
            "Pass input_ids and the picture, not inputs_embeds.",
        )
    if ids.device != parts.network.device and not hasattr(parts.network, "hf_device_map"):
        raise UnsupportedModel(
            called,
            f"input_ids on {ids.device} for a model on {parts.network.device}",
            "inputs and model must lie on one device",
            "Make the inputs with model.inputs(...), or move them.",
        )
    if mask is not None and (not isinstance(mask, torch.Tensor) or mask.shape != ids.shape):
        raise UnsupportedModel(
            called,
            f"input_ids of shape {tuple(ids.shape)} and attention_mask of shape "
            f"{tuple(getattr(mask, 'shape', ()))}",
            "padding is read from an attention mask of shape (batch, tokens)",
            "Pass the attention_mask of the processor, or none for sequences without padding.",
        )
    kinds = {kind: (ids == token).cpu().numpy() for kind, token in parts.visual_tokens.items()}
    image = np.logical_or.reduce(list(kinds.values()))
    real = np.ones_like(image) if mask is None else mask.bool().cpu().numpy()
    _check_padding(real, parts, called)
    spans = tuple(_row_spans(image[b], real[b], b, called) for b in range(len(image)))
    counts = [len(span.visual) for span in spans]
    if len(set(counts)) != 1:
        raise UnsupportedModel(
            called,
            f"rows with {counts} visual tokens",
            "every row of a batch needs the same number",
            "Put rows with as many visual tokens into one batch.",
        )
    for kind, places in kinds.items():
        if places.any() and not parts.adapter.has_content(call, kind):
            raise UnsupportedModel(
                called,
                f"{kind} tokens without a picture",
                "the visual tokens would be the embedding of a placeholder",
                "Pass all that the processor made, its pixel values too.",
            )
    return spans


def _check_padding(real: NDArray[np.bool_], parts: Parts, called: str) -> None:
    """A padded row attends to nothing; its mask is the least float64, its softmax is float32."""
    config: Any = parts.decoder.config
    eager = config._attn_implementation == "eager" and parts.network.dtype == torch.float64
    if eager and not real[:, 0].all():
        raise UnsupportedModel(
            called,
            "a batch padded at the left, for eager attention in float64",
            "Transformers makes NaN of it",
            'Call model.set_attn_implementation("sdpa"), or use float32.',
        )


def _check_attentions(call: Mapping[str, Any], parts: Parts, called: str) -> None:
    """Transformers would warn and hand out an empty tuple."""
    config: Any = parts.decoder.config
    wanted = call.get("output_attentions", getattr(config, "output_attentions", False))
    if wanted and config._attn_implementation != "eager":
        raise UnsupportedModel(
            called,
            f"output_attentions=True for attention {config._attn_implementation!r}",
            "this kernel does not hand out its attention weights",
            'Call model.set_attn_implementation("eager"), or load with attention="eager".',
        )


def _row_spans(image: NDArray[np.bool_], real: NDArray[np.bool_], row: int, called: str) -> Spans:
    at, text = np.flatnonzero(image), np.flatnonzero(real)
    if at.size == 0:
        raise UnsupportedModel(
            called,
            f"row {row} without an image token",
            "there are no visual tokens in it",
            "Build the inputs from a picture and a prompt with its image placeholder.",
        )
    inside = text.size and text[0] <= at[0] and at[-1] <= text[-1]
    if not (inside and text.size == text[-1] - text[0] + 1):
        raise UnsupportedModel(
            called,
            f"row {row} with {at.size} image tokens between {at[0]} and {at[-1]}",
            "a row is padding, text and image tokens without a gap, padding",
            "Pass the processor's attention_mask.",
        )
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    visual_runs = tuple(slice(int(run[0]), int(run[-1]) + 1) for run in runs)
    return Spans(visual_runs, prompt=slice(int(at[-1]) + 1, int(text[-1]) + 1))


def layer_cloud(
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    positions: torch.Tensor | None,
    spans: tuple[Spans, ...],
    called: str,
) -> TokenCloud:
    """What a decoder layer is called with, as a token cloud."""
    hidden = args[0] if args else kwargs["hidden_states"]
    if hidden.shape[0] != len(spans) or positions is None:
        raise UnsupportedModel(
            called,
            f"a layer input of shape {tuple(hidden.shape)} for {len(spans)} rows of input_ids",
            "the decoder must see the very sequences of the call, with their position ids",
            "Call the model itself, not a part of it.",
        )
    axes = positions.shape[:-2]  # none, or time, height and width
    return TokenCloud(hidden, positions.expand(*axes, *hidden.shape[:2]), spans)
