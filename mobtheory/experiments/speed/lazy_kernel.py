"""The Triton kernel, where it can run."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import torch


@cache
def kernel_for(device: torch.device) -> Callable[[Any, Any, int], torch.Tensor] | None:
    """What picks farthest points on this device in one kernel; None where nothing does."""
    if device.type != "cuda":
        return None
    # PyTorch for CUDA brings Triton on Linux, and not everywhere
    module = import_module("mobtheory.experiments.speed.farthest_kernel")
    return getattr(module, "pick_in_one_kernel", None)
