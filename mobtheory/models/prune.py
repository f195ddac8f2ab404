"""Drop visual tokens at the input of one decoder layer."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from transformers import PreTrainedModel

from mobtheory.models.column_bias import Bias
from mobtheory.models.hooks import exclusive, layer_index, pre_hook
from mobtheory.models.pruned_call import (
    CALLED,
    Choices,
    Positions,
    PrunedCall,
    Pruning,
    Select,
    unsupported,
)
from mobtheory.models.vision_language import Parts, VisionLanguageModel, parts_of

_ATTENTION = ("sdpa", "eager")


@contextmanager
def prune_at_layer(
    model: VisionLanguageModel | PreTrainedModel,
    layer: int,
    select: Select,
    *,
    positions: Positions = "keep",
    bias: Bias | None = None,
    certify: bool = False,
) -> Generator[Pruning]:
    """Keep only the visual tokens that `select` chooses, from decoder layer `layer` on.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    layer : decoder layer, from 1 to the number of layers minus 1; its input loses the tokens
    select : called once a prefill with the `TokenCloud` at that input; returns an integer
        array or tensor of shape (B, K), each row sorted and unique, that counts the row's
        visual tokens from 0.  K is the same for every row; K = 0 keeps no visual token.
    positions : ``"keep"`` leaves every kept token its position ids; ``"compact"`` renumbers
        them without gaps, in order, for the layers from `layer` on, and decoding goes on after
        the last compact position.  With M-RoPE one map serves the three axes.
    bias : what is added to the attention logits of the kept visual tokens in every layer from
        `layer` on, in prefill and decoding.  ``"log-count"``: every dropped token goes to the
        nearest kept visual token of its row, in Euclidean distance at the input of `layer`, and
        a token at which m arrive gets log(1 + m); this is exact when the dropped tokens are
        copies at the position of the kept one.  Or a function of the `TokenCloud` and the kept
        indices that returns (B, K) finite numbers.  None adds nothing and changes no kernel.
    certify : whether each prefill also measures the exact error at `layer` and bounds it, a
        `LayerCertificate` a row; the layer is run twice more for it.  Not for compact positions
        or a bias of one's own.

    Yields
    ------
    Pruning
        Its ``kept`` and ``kept_sequence`` say what the last prefill kept, its ``certificate``
        what that changed.

    Raises
    ------
    UnsupportedModel
        For an unknown family, a layer out of range, inputs without a picture, attention other
        than sdpa and eager, a compiled decoder (its graph passes over hooks), a cache other than
        `DynamicCache`, several new tokens on a filled cache (chunked prefill, assisted
        decoding), and nesting on one model.
    InvalidSelection
        When `select` answers anything but sorted, unique, in-range indices of shape (B, K), or
        `bias` anything but finite numbers of that shape.

    Notes
    -----
    ``model(...)`` and ``model.generate(...)`` inside the context run the model's own code.
    Text is never removed, and the cache of the layers from `layer` on holds the kept tokens
    only.  With ``positions="keep"`` the result equals that of a model whose layers from `layer`
    on are forbidden, by an attention mask, to read the dropped tokens.  Logits are those of the
    kept tokens: row b, column j belongs to ``kept_sequence[b, j]``.  In beam search the beams of
    a prompt are rows of their own, and exchange their caches: `select` must answer alike for
    equal rows.  ``labels`` and places in ``logits_to_keep`` count kept tokens too.  A cache that
    was filled inside is used inside only, and a copy of the model made inside goes on pruning.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.models import load, prune_at_layer
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> what is the background colour ? ASSISTANT:"
    >>> inputs = model.inputs(held_out_scene(0).image, prompt)
    >>> with prune_at_layer(model, 2, lambda cloud: np.arange(0, 144, 3)[None]) as pruning:
    ...     logits = model.model(**inputs).logits
    >>> tuple(pruning.kept.shape), inputs["input_ids"].shape[1] - logits.shape[1]
    ((1, 48), 96)
    """
    parts = parts_of(model, CALLED)
    index = layer_index(layer, 1, parts, CALLED)
    attention = parts.decoder.config._attn_implementation  # pyright: ignore[reportPrivateUsage]
    if attention not in _ATTENTION:
        raise unsupported(
            f"a model with attention {attention!r}",
            f"gaps in the position ids are verified for {' and '.join(_ATTENTION)}",
            'Call model.set_attn_implementation("sdpa").',
        )
    if not callable(select):
        raise unsupported(
            f"select of type {type(select).__name__}",
            "select is called with a TokenCloud",
            "Pass a function that returns (B, K) indices.",
        )
    _check_compiled(parts)
    _check_choices(positions, bias, certify)
    pruning = Pruning(index)
    call = PrunedCall(pruning, Choices(select, positions, bias, certify), parts)
    with exclusive(parts, CALLED), ExitStack() as hooks:
        hooks.callback(call.forget)
        hooks.enter_context(pre_hook(parts.trunk, call.begin))
        hooks.callback(parts.trunk.register_forward_hook(call.leave).remove)
        hooks.enter_context(pre_hook(parts.rotary, call.place))
        if call.deepstack is not None:
            hooks.enter_context(pre_hook(parts.decoder, call.deepstack.take))
            for number, follower in enumerate([*parts.layers[1:], parts.norm]):
                hooks.enter_context(pre_hook(follower, call.deepstack.after(number)))
        hooks.enter_context(pre_hook(parts.layers[index], call.enter))
        for later in parts.layers[index + 1 :]:
            hooks.enter_context(pre_hook(later, call.after))
        hooks.enter_context(pre_hook(parts.norm, call.settle))
        yield pruning


def _check_compiled(parts: Parts) -> None:
    """A graph that is compiled already does not ask for hooks that are placed inside it later."""
    for module in (parts.network, parts.trunk, parts.decoder):
        forward: Any = module.forward
        compiled = getattr(module, "_compiled_call_impl", None) is not None
        if compiled or hasattr(forward, "_torchdynamo_orig_callable"):
            raise unsupported(
                f"a compiled {type(module).__name__}",
                "a compiled graph passes over hooks that are placed inside it",
                "Use the model without torch.compile, or compile its decoder layers one by one.",
            )


def _check_choices(positions: Any, bias: Any, certify: bool) -> None:
    if positions not in ("keep", "compact"):
        raise unsupported(
            f"positions={positions!r}",
            "kept tokens keep their position ids or are renumbered",
            'Pass "keep" or "compact".',
        )
    named = isinstance(bias, str) and bias == "log-count"
    if bias is not None and not named and not callable(bias):
        raise unsupported(
            f"bias={bias!r}",
            "a bias is the logarithm of counts or a function",
            'Pass None, "log-count" or a function of the TokenCloud and the kept indices.',
        )
    if certify and (positions != "keep" or callable(bias)):
        raise unsupported(
            f"certify=True with positions={positions!r} and bias={bias!r:.80}",
            "certificates speak of kept tokens at their own positions, plain or with log counts",
            'Use positions="keep", and bias=None or "log-count".',
        )
