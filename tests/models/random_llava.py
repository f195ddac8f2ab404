"""A LLaVA with random weights, and inputs for it."""

from functools import cache

import numpy as np
import torch

from mobtheory.models.adapters import adapter_for
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.embedded.architecture import VISUAL_TOKENS, build_model, build_processor
from mobtheory.models.vision_language import VisionLanguageModel

SHORT = "USER: <image> which shape is most common ? ASSISTANT:"
LONG = "USER: <image> what digit is in the red box ? ASSISTANT:"


def fresh_llava(dtype: torch.dtype = torch.float64) -> VisionLanguageModel:
    """A new model whose attention is far from uniform, so that errors in it show."""
    network = build_model(seed=0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(2.5)
    network.to(dtype).eval().requires_grad_(False)
    return VisionLanguageModel(network, build_processor(), adapter_for("llava", "tests"), "random")


_shared = cache(fresh_llava)


def random_llava(
    dtype: torch.dtype = torch.float64, attention: str = "sdpa"
) -> VisionLanguageModel:
    """The same weights for every test."""
    model = _shared(dtype)
    model.model.set_attn_implementation(attention)
    return model


def inputs_for(model: VisionLanguageModel, *prompts: str) -> dict[str, torch.Tensor]:
    """One row a prompt, each about a scene of its own."""
    return dict(model.inputs([held_out_scene(i).image for i in range(len(prompts))], prompts))


def random_third(rows: int) -> np.ndarray:
    """A third of the visual tokens of each row."""
    rng = np.random.default_rng(0)
    chosen = [rng.permutation(VISUAL_TOKENS)[: VISUAL_TOKENS // 3] for _ in range(rows)]
    return np.sort(np.stack(chosen), axis=1)
