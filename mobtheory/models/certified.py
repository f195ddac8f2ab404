"""Certificates of a pruned prefill, from what the pruned layer is called with."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from mobtheory.models.certifying import LayerCertificate, Method, certify_pruning
from mobtheory.models.layer_call import calls_of
from mobtheory.models.tokens import TokenCloud


def certified(
    called: str,
    layer: int,
    module: nn.Module,
    cloud: TokenCloud,
    kwargs: Mapping[str, Any],
    padding: torch.Tensor | None,
    chosen: torch.Tensor,
    method: Method,
) -> tuple[LayerCertificate, ...]:
    """One certificate a row, for the kept visual tokens `chosen` (B, K)."""
    calls = calls_of(called, layer, module, cloud, kwargs, padding)
    return tuple(
        certify_pruning(call, kept, method=method) for call, kept in zip(calls, chosen, strict=True)
    )
