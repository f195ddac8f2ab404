"""The visual and prompt tokens that enter a decoder layer."""

from collections.abc import Mapping
from typing import Any

from transformers import PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.models.tokens import TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel
from mobtheory.models.watching import watch_layers

_CALLED = "models.capture"


def capture(
    model: VisionLanguageModel | PreTrainedModel, inputs: Mapping[str, Any], layer: int
) -> TokenCloud:
    """The tokens that enter decoder layer `layer`.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    inputs : the model's inputs for a batch of B sequences, as `VisionLanguageModel.inputs`
        or the family's processor makes them
    layer : 0-based index of a decoder layer; 0 gives the embeddings

    Returns
    -------
    TokenCloud
        Visual tokens (B, N, d) and prompt tokens (L_b, d) on the model's device and in its
        dtype, detached.  The prompt tokens are the text after the last visual token.

    Raises
    ------
    UnsupportedModel
        For an unknown family, a layer out of range, inputs without a picture, rows that differ
        in their number of visual tokens, tokens that are not finite, or a model inside
        `prune_at_layer`.

    Notes
    -----
    Equal bit for bit to ``model(**inputs, output_hidden_states=True).hidden_states[layer]``, but
    for layers behind which Qwen3-VL adds visual features (DeepStack): these tokens hold what the
    layer gets, the features included.  Later layers are not computed.

    Examples
    --------
    >>> from mobtheory.models import capture, load
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> what is the background colour ? ASSISTANT:"
    >>> cloud = capture(model, model.inputs(held_out_scene(0).image, prompt), layer=2)
    >>> visual, prompt = cloud.sample(0)
    >>> visual.shape, prompt.shape, visual.dtype
    ((144, 128), (8, 128), dtype('float64'))
    """
    found: list[TokenCloud] = []
    watch_layers(_CALLED, model, inputs, [layer], lambda _, __, cloud, ___: found.append(cloud))
    (cloud,) = found
    if not all(bool(tokens.isfinite().all()) for tokens in (cloud.visual, *cloud.prompt)):
        raise UnsupportedModel(
            _CALLED,
            f"tokens at layer {layer} in {cloud.hidden.dtype} that are not all finite",
            "there is no distance to a token with NaN or infinity",
            "Load the model in float32 or bfloat16, and use sdpa attention for padded batches.",
        )
    return cloud
