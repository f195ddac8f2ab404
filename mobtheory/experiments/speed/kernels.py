"""Which attention kernels a prefill really runs."""

from collections import Counter
from contextlib import ExitStack
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import Setting
from mobtheory.experiments.speed.subject import CALLED
from mobtheory.models.hooks import pre_hook
from mobtheory.models.vision_language import parts_of

_FUSED = "_scaled_dot_product_"
_SOFTMAX = ("_softmax", "_safe_softmax")


class _Listening(TorchDispatchMode):
    """Counts the attention operations that PyTorch chose; a bare softmax is unfused attention."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name.startswith(_FUSED):
            self.seen[name.removeprefix(_FUSED)] += 1
        elif name in _SOFTMAX:
            self.seen["math"] += 1
        return func(*args, **(kwargs or {}))


def attention_kernels(runner: Runner, setting: Setting) -> dict[str, Any]:
    """Count the attention kernels of one prefill.

    Returns
    -------
    dict
        "vision" and "decoder", each kernel's name (as PyTorch's operation has it, "math" for one
        that is not fused) with how often it ran; and "masked_layers", how many decoder layers were
        called with an explicit mask, which keeps the fastest kernels from running.
    """
    parts = parts_of(runner.subject.network, CALLED)
    listening = _Listening()
    vision: Counter[str] = Counter()
    masked = 0

    def enter(*_: Any) -> None:
        vision.update(listening.seen)
        listening.seen.clear()

    def look(_: Any, __: Any, kwargs: dict[str, Any]) -> None:
        nonlocal masked
        masked += kwargs.get("attention_mask") is not None

    with ExitStack() as stack:
        stack.enter_context(pre_hook(parts.decoder, enter))
        stack.enter_context(runner.pruned(setting))
        for layer in parts.layers:
            stack.enter_context(pre_hook(layer, look))
        with listening:  # in inference mode it would hear of no kernel
            runner.forward(torch.no_grad)
    decoder = dict(sorted(listening.seen.items()))
    return {"vision": dict(sorted(vision.items())), "decoder": decoder, "masked_layers": masked}
