"""Run a decoder layer's own code and read its queries, keys, values and states."""

import copy
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AttentionInterface

from mobtheory.errors import UnsupportedModel
from mobtheory.models.hooks import pre_hook

_READING = "mobtheory_reading"
Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerPass:
    """What one run of a decoder layer computed for the prompt rows, as float64 arrays.

    Attributes
    ----------
    places : (n,) places of the tokens of this run in the row
    queries : (H, R, d_h) of the R prompt rows, after the rotary embedding
    keys : (H_kv, n, d_h), after the rotary embedding
    values : (H_kv, n, d_v)
    logits : (H, R, n), scaled products and mask together; -inf where a row cannot see a token
    before, after_attention, after_layer : (R, d), the residual stream x, z, y of the prompt rows
        as the layer computed them in its own dtype
    scaling : what the products of queries and keys are multiplied by
    kernel : the attention implementation that computed the states, such as "sdpa"

    Notes
    -----
    Head h reads key-value head h // (H / H_kv). Queries, keys and values are those of the model,
    in its dtype, widened; logits are computed from them in float64.
    """

    places: NDArray[np.int64]
    queries: Float
    keys: Float
    values: Float
    logits: Float
    before: Float
    after_attention: Float
    after_layer: Float
    scaling: float
    kernel: str


class _Read(Exception):
    """Ends the attention once its queries, keys and values are known."""


def _read_and_stop(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    mobtheory_found: dict[str, Any],
    **_: Any,
) -> Any:
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    mobtheory_found.update(query=query, key=key, value=value, scaling=scaling)
    raise _Read


AttentionInterface.register(_READING, _read_and_stop)


def run_layer(
    module: nn.Module,
    tokens: torch.Tensor,
    rotary: tuple[torch.Tensor, ...],
    mask: torch.Tensor | None,
    places: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> LayerPass:
    """Call `module` on (n, d) tokens and read what it computed for the prompt `rows`."""
    attention, second = _parts(module)
    asked: dict[str, Any] = {}
    state: dict[str, torch.Tensor] = {}

    def ask(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        asked["args"], asked["kwargs"] = args, kwargs

    def between(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        state["z"] = args[0] if args else kwargs["hidden_states"]

    with torch.no_grad(), ExitStack() as hooks:
        hooks.enter_context(pre_hook(attention, ask))
        hooks.enter_context(pre_hook(second, between))
        # forward, not call: whatever hangs on the layer itself has done its part before
        after = module.forward(
            tokens[None],
            attention_mask=None if mask is None else mask[None, None],
            position_embeddings=tuple(part[None] for part in rotary),
        )
        found = _queries_keys_values(attention, asked)
    after = after[0] if isinstance(after, tuple) else after
    queries, keys, values = (_array(found[name][0]) for name in ("query", "key", "value"))
    queries = queries[:, rows]
    return LayerPass(
        places=places,
        queries=queries,
        keys=keys,
        values=values,
        logits=_logits(queries, keys, found["scaling"], _seen(mask, rows, len(places))),
        before=_array(tokens)[rows],
        after_attention=_array(state["z"][0])[rows],
        after_layer=_array(after[0])[rows],
        scaling=float(found["scaling"]),
        kernel=str(attention.config._attn_implementation),
    )


def _parts(module: nn.Module) -> tuple[Any, nn.Module]:
    attention = getattr(module, "self_attn", None)
    second = getattr(module, "post_attention_layernorm", None)
    if not isinstance(attention, nn.Module) or not isinstance(second, nn.Module):
        raise UnsupportedModel(
            "models.read_layer",
            f"a {type(module).__name__}",
            "the layer is read where it has self_attn and post_attention_layernorm, as a pre-norm "
            "Llama-like layer does",
            "Use a family of mobtheory.models.adapters.families().",
        )
    return attention, second


def _queries_keys_values(attention: nn.Module, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask a copy of the attention, with the same parameters, which stops where they are known."""
    reader: Any = copy.copy(attention)
    reader.config = copy.copy(reader.config)
    reader.config._attn_implementation = _READING
    found: dict[str, Any] = {}
    # of the class: an instance may carry a forward that is bound to the original
    forward = partial(type(reader).forward, reader)
    with suppress(_Read):
        forward(*asked["args"], **asked["kwargs"], mobtheory_found=found)
    return found


def _seen(mask: torch.Tensor | None, rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """What the mask adds to the logits of the rows, (R, n)."""
    if mask is None:
        return np.where(np.arange(count) <= rows[:, None], 0.0, -np.inf)
    own = mask[torch.as_tensor(rows, device=mask.device)]
    if own.dtype == torch.bool:
        return np.where(own.cpu().numpy(), 0.0, -np.inf)
    lowest = torch.finfo(own.dtype).min
    return np.where((own <= lowest / 2).cpu().numpy(), -np.inf, _array(own))


def _logits(queries: Float, keys: Float, scaling: float, added: Float) -> Float:
    heads, count, width = queries.shape
    asking = queries.reshape(len(keys), -1, width)
    products = asking @ keys.swapaxes(-1, -2) * scaling
    return products.reshape(heads, count, -1) + added


def _array(tensor: torch.Tensor) -> Float:
    return tensor.detach().double().cpu().numpy()
