"""The rest of the network as a function of the tokens that enter one decoder layer."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from transformers import PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.models.hooks import exclusive, layer_index
from mobtheory.models.vision_language import Parts, VisionLanguageModel, parts_of

_CALLED = "models.rest_of_network"
_ATTENTION = ("sdpa", "eager")


@dataclass(frozen=True)
class Rest:
    """F: the genuine layers from `layer` on and the final norm, called on any tokens.

    Attributes
    ----------
    layer : the decoder layer whose input is given

    Notes
    -----
    Nothing of the model is changed, and autograd works through it. The mask is always explicit:
    Transformers takes gaps in position ids for borders between packed sequences when it makes a
    mask by itself, and cuts the attention there.
    """

    layer: int
    _parts: Parts

    def __call__(
        self,
        hidden: torch.Tensor,
        positions: torch.Tensor,
        *,
        mask: Literal["positions"] | torch.Tensor = "positions",
        bias: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The states after the final norm.

        Parameters
        ----------
        hidden : (B, n, d) tensor in the dtype of the model, on its device: B token multisets,
            without padding
        positions : (B, n) integer tensor of position ids; (3, B, n) for M-RoPE
        mask : what a token may read. "positions": the tokens at its own or a smaller position
            (with M-RoPE the triples are compared like words), so that equal tokens at equal
            positions count alike and F depends on the multiset, not on the order. Or a boolean
            (B, n, n) tensor, True where row i reads column j; each row reads at least one.
        bias : (B, n) tensor, added to the logits of each key column in every layer from `layer` on

        Returns
        -------
        (B, n, d) tensor.

        Raises
        ------
        UnsupportedModel
            For shapes, dtypes or devices that do not fit, a mask with an empty row, or a model
            inside `prune_at_layer` or `capture`.
        """
        positions = self._checked(hidden, positions, bias)
        seen = visible(positions) if isinstance(mask, str) else mask
        rows, count = hidden.shape[:2]
        if not isinstance(seen, torch.Tensor) or seen.dtype != torch.bool:
            raise _refused(f"mask of type {type(mask).__name__}", "a mask is a boolean tensor")
        if tuple(seen.shape) != (rows, count, count) or not bool(seen.any(-1).all()):
            raise _refused(
                f"mask of shape {tuple(seen.shape)}",
                f"it has the shape {(rows, count, count)} and every row reads some token",
            )
        return self._run(hidden, positions, self._attention_mask(seen, bias, hidden.dtype))

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """What the language-model head makes of the states: (..., d) to (..., vocabulary)."""
        head: Any = self._parts.network.get_output_embeddings()
        return head(states)

    def _run(
        self, hidden: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        decoder: Any = self._parts.decoder
        with exclusive(self._parts, _CALLED):
            rotation = decoder.rotary_emb(hidden, position_ids=positions)
            for layer in self._parts.layers[self.layer :]:
                hidden = layer(
                    hidden,
                    attention_mask=mask,
                    position_ids=positions if positions.ndim == 2 else None,
                    position_embeddings=rotation,
                    past_key_values=None,
                    use_cache=False,
                )
            return decoder.norm(hidden)

    def _attention_mask(
        self, seen: torch.Tensor, bias: torch.Tensor | None, dtype: torch.dtype
    ) -> torch.Tensor:
        """(B, 1, n, n); boolean where the kernel takes it, as the model itself makes it."""
        if bias is None and attention_of(self._parts) == "sdpa":
            return seen[:, None]
        added = seen.new_zeros(seen.shape, dtype=dtype)
        if bias is not None:
            added = added + bias.to(dtype)[:, None, :]
        return added.masked_fill(~seen, torch.finfo(dtype).min)[:, None]

    def _checked(
        self, hidden: torch.Tensor, positions: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        network, width = self._parts.network, self._parts.decoder.config.hidden_size
        if not isinstance(hidden, torch.Tensor) or hidden.ndim != 3 or hidden.shape[-1] != width:
            raise _refused(
                f"hidden of shape {tuple(getattr(hidden, 'shape', ()))}",
                f"tokens come as (batch, tokens, {width})",
            )
        spread = hasattr(network, "hf_device_map")  # each layer fetches its own input
        if hidden.dtype != network.dtype or (hidden.device != network.device and not spread):
            raise _refused(
                f"hidden in {hidden.dtype} on {hidden.device}",
                f"the model computes in {network.dtype} on {network.device}",
            )
        shape = tuple(hidden.shape[:2])
        if (
            not isinstance(positions, torch.Tensor)
            or positions.is_floating_point()
            or tuple(positions.shape) not in (shape, (3, *shape))
        ):
            raise _refused(
                f"positions of shape {tuple(getattr(positions, 'shape', ()))}",
                f"position ids are integers of shape {shape}, or {(3, *shape)} for M-RoPE",
            )
        if bias is not None and tuple(bias.shape) != shape:
            raise _refused(
                f"bias of shape {tuple(bias.shape)}", f"one number a key column has shape {shape}"
            )
        if _rotates_in_three(self._parts) and positions.ndim == 2:
            return positions.expand(3, *shape)
        return positions


def rest_of_network(model: VisionLanguageModel | PreTrainedModel, layer: int) -> Rest:
    """The function from the tokens that enter a decoder layer to the final states.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    layer : 0-based index of a decoder layer

    Returns
    -------
    Rest
        Call it with tokens and position ids; ``.logits(states)`` applies the head.

    Raises
    ------
    UnsupportedModel
        For an unknown family, a layer out of range, attention other than sdpa and eager, layers
        that attend through a sliding window, and layers behind which the model still adds visual
        features (DeepStack).

    Notes
    -----
    The F of Assumption 1 (arXiv 2505.10118) with the tokens of `capture` as its argument: it costs
    the later layers of the text model only, and no picture.

    Examples
    --------
    >>> import torch
    >>> from mobtheory.models import capture, load, rest_of_network
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> what is the background colour ? ASSISTANT:"
    >>> inputs = model.inputs(held_out_scene(0).image, prompt)
    >>> cloud, rest = capture(model, inputs, 2), rest_of_network(model, 2)
    >>> with torch.no_grad():
    ...     logits = rest.logits(rest(cloud.hidden, cloud.positions))
    ...     whole = model.model(**inputs).logits
    >>> bool((logits - whole).abs().max() < 1e-4)
    True
    """
    parts = parts_of(model, _CALLED)
    index = layer_index(layer, 0, parts, _CALLED)
    if attention_of(parts) not in _ATTENTION:
        raise _refused(
            f"a model with attention {attention_of(parts)!r}",
            f"an explicit mask is taken by {' and '.join(_ATTENTION)}",
            'Call model.set_attn_implementation("sdpa").',
        )
    kinds = set(getattr(parts.decoder.config, "layer_types", None) or ()) - {"full_attention"}
    if kinds:
        raise _refused(
            f"a decoder with {', '.join(sorted(kinds))}",
            "a token must be able to read all that its mask allows",
            "Use a model whose layers all have full attention.",
        )
    added = _layers_with_additions(parts)
    if index < added:
        raise _refused(
            f"layer {index}",
            f"the model adds visual features behind each of its first {added} layers",
            f"Take a layer from {added} on.",
        )
    return Rest(index, parts)


def visible(positions: torch.Tensor) -> torch.Tensor:
    """Which columns each row may read, (B, n, n): those that do not come later.

    Parameters
    ----------
    positions : (B, n), or (3, B, n), whose triples are ordered like words: within a picture that
        is row by row, as its tokens follow one another
    """
    axes = positions[None] if positions.ndim == 2 else positions
    seen = torch.ones_like(axes[0][:, :, None] == axes[0][:, None, :])
    for axis in reversed(axes):
        own, other = axis[:, :, None], axis[:, None, :]
        seen = (other < own) | ((other == own) & seen)
    return seen


def attention_of(parts: Parts) -> str:
    """The attention kernel that the decoder is set to."""
    return str(parts.decoder.config._attn_implementation)  # pyright: ignore[reportPrivateUsage]


def _rotates_in_three(parts: Parts) -> bool:
    scaling: Any = getattr(parts.decoder.config, "rope_parameters", None) or {}
    return "mrope_section" in scaling


def _layers_with_additions(parts: Parts) -> int:
    """How many layers DeepStack adds visual features behind (Qwen3-VL)."""
    vision = getattr(parts.network.config, "vision_config", None)
    return len(getattr(vision, "deepstack_visual_indexes", None) or ())


def _refused(
    received: str,
    rule: str,
    mend: str = "Pass tokens, positions and mask as `capture` gives them, one row a sequence.",
) -> UnsupportedModel:
    return UnsupportedModel(_CALLED, received, rule, mend)
