"""What pruning at one layer does at the end of the network: the final state and the answer."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.experiments.layers.space import Integers
from mobtheory.models.batching import in_batches
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.submodel import Rest

Float = NDArray[np.float64]
Ending = tuple[torch.Tensor, torch.Tensor]
_BATCH = 16


def downstream(rest: Rest, call: LayerCall, kept: Sequence[Integers]) -> list[tuple[float, float]]:
    """Change of the final state and KL of the answer for several subsets of one size.

    Parameters
    ----------
    rest : the network from the layer of `call` on
    call : one row
    kept : subsets of the visual tokens, all with the same number

    Returns
    -------
    list
        For each subset the length of the change of the last token's state after the final norm,
        and KL(p || p_s) in nats of the next-token distributions without and with pruning.
    """
    state, logs = _endings(rest, call, [np.arange(len(call.visual))])[0]
    found: list[tuple[float, float]] = []
    for other, other_logs in _endings(rest, call, kept):
        divergence = float((logs.exp() * (logs - other_logs)).sum())
        found.append((float((state - other).norm()), max(0.0, divergence)))
    return found


def _endings(rest: Rest, call: LayerCall, kept: Sequence[Integers]) -> list[Ending]:
    def run(batch: Sequence[Integers]) -> list[Ending]:
        places = torch.as_tensor(
            np.stack([_stays(call, rows) for rows in batch]), device=call.hidden.device
        )
        with torch.no_grad():
            states = rest(call.hidden[places], call.positions[..., places])[:, -1]
            logits = rest.logits(states)
        logs = logits.double().log_softmax(-1)
        return list(zip(states.double(), logs, strict=True))

    return in_batches(run, kept, _BATCH, on_halved=lambda _: None)


def _stays(call: LayerCall, kept: Integers) -> Integers:
    """Places of the text and the kept visual tokens, in order."""
    stays = np.ones(len(call.hidden), dtype=bool)
    stays[call.visual] = False
    stays[call.visual[kept]] = True
    return np.flatnonzero(stays)
