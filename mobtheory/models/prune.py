"""Drop visual tokens at the input of one decoder layer."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

from transformers import PreTrainedModel

from mobtheory.models.hooks import exclusive, layer_index, pre_hook
from mobtheory.models.pruned_call import CALLED, PrunedCall, Pruning, Select, unsupported
from mobtheory.models.vision_language import VisionLanguageModel, parts_of

_ATTENTION = ("sdpa", "eager")


@contextmanager
def prune_at_layer(
    model: VisionLanguageModel | PreTrainedModel, layer: int, select: Select
) -> Generator[Pruning]:
    """Keep only the visual tokens that `select` chooses, from decoder layer `layer` on.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    layer : decoder layer, from 1 to the number of layers minus 1; its input loses the tokens
    select : called once a prefill with the `TokenCloud` at that input; returns an integer
        array or tensor of shape (B, K), each row sorted and unique, that counts the row's
        visual tokens from 0.  K is the same for every row; K = 0 keeps no visual token.

    Yields
    ------
    Pruning
        Its ``kept`` and ``kept_sequence`` say what the last prefill kept.

    Raises
    ------
    UnsupportedModel
        For an unknown family, a layer out of range, inputs without a picture, attention other
        than sdpa and eager, a cache other than `DynamicCache`, several new tokens on a filled
        cache (chunked prefill, assisted decoding), and nesting on one model.
    InvalidSelection
        When `select` answers anything but sorted, unique, in-range indices of shape (B, K).

    Notes
    -----
    ``model(...)`` and ``model.generate(...)`` inside the context run the model's own code.
    Text is never removed, kept tokens keep their position ids, and the cache of the layers
    from `layer` on holds the kept tokens only.  The result equals that of a model whose layers
    from `layer` on are forbidden, by an attention mask, to read the dropped tokens.  Logits are
    those of the kept tokens: row b, column j belongs to ``kept_sequence[b, j]``.

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
    pruning = Pruning(index)
    call = PrunedCall(pruning, select, parts)
    with exclusive(parts, CALLED), ExitStack() as hooks:
        hooks.callback(call.forget)
        hooks.enter_context(pre_hook(parts.trunk, call.begin))
        hooks.enter_context(pre_hook(parts.rotary, call.place))
        hooks.enter_context(pre_hook(parts.layers[index], call.enter))
        for later in parts.layers[index + 1 :]:
            hooks.enter_context(pre_hook(later, call.after))
        yield pruning
