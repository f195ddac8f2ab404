"""Which model is measured where no GPU is at hand."""

from typing import Any

import torch

from mobtheory.experiments.speed.shapes import SHAPES


def choose_model(model: Any, device: str) -> tuple[Any, list[str]]:
    """The model to measure, and what has to be said about the choice.

    Examples
    --------
    >>> choose_model("llava-next-7b", "cpu")
    ('llava-next-7b', [])
    """
    if device != "auto" or torch.cuda.is_available():
        return model, []
    if isinstance(model, str) and model in SHAPES:
        return "embedded", [
            f"No CUDA device is at hand for {model}: the embedded model was measured instead, on "
            "the CPU. Its times say nothing about a GPU."
        ]
    return model, [
        "No CUDA device is at hand: measured on the CPU. These times say nothing about a GPU."
    ]
