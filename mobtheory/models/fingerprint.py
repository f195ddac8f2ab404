"""Know a model again by its weights, whatever it is called and wherever it lies."""

import hashlib
from typing import Any

import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models.vision_language import VisionLanguageModel

_VALUES = 1024


def weights_fingerprint(model: VisionLanguageModel | torch.nn.Module) -> str:
    """SHA-256 of names, shapes and evenly spaced values of every parameter, in hexadecimal.

    Parameters
    ----------
    model : what `load` returns, or a bare module

    Returns
    -------
    str
        The same on every device, and in every dtype that holds the weights exactly: bfloat16
        weights loaded in float32 have one fingerprint, in float16 they may have another.

    Raises
    ------
    UnsupportedModel
        When weights are not in memory, as with parts that are offloaded.

    Notes
    -----
    It reads at least 1024 values of a parameter, or all where there are fewer: enough to tell a
    trained model from another, while a change of single values can escape it.

    Examples
    --------
    >>> from mobtheory.models import load
    >>> half, single = load(dtype="bfloat16"), load(dtype="float32")
    >>> weights_fingerprint(half) == weights_fingerprint(single)
    True
    """
    network: Any = model.model if isinstance(model, VisionLanguageModel) else model
    digest = hashlib.sha256()
    for name, parameter in sorted(network.named_parameters()):
        if parameter.is_meta:
            raise UnsupportedModel(
                "models.weights_fingerprint",
                f"{name} whose values are not in memory",
                "a model is known by its weights",
                "Load it without offloading.",
            )
        flat = parameter.detach().flatten()
        step = max(1, flat.numel() // _VALUES)
        values = flat[::step].to("cpu", torch.float32).numpy()
        digest.update(f"{name} {tuple(parameter.shape)}\n".encode() + values.tobytes())
    return digest.hexdigest()
