"""Memory that a setting takes."""

from typing import Any

import torch

from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import Setting


def memory_of(runner: Runner, setting: Setting, tokens: int) -> dict[str, int | None]:
    """Bytes that a setting takes.

    Returns
    -------
    dict
        "cache_bytes", the keys and values that a prefill leaves; "peak_bytes", the most that
        PyTorch had given out at once during a whole answer of `tokens` tokens, weights included;
        None on the CPU, where PyTorch does not count.
    """
    with runner.pruned(setting):
        cache: Any = runner.forward().past_key_values
        held = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
        del cache
        if runner.subject.network.device.type != "cuda":
            return {"cache_bytes": held, "peak_bytes": None}
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        runner.generate(tokens)
        return {"cache_bytes": held, "peak_bytes": torch.cuda.max_memory_allocated()}
