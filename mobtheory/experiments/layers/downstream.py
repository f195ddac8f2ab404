"""What pruning at one layer does at the end of the network: the final state and the answer."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from mobtheory.experiments.layers.space import Integers
from mobtheory.models.batching import in_batches
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.submodel import Rest

_BATCH = 16


class End(NamedTuple):
    """What pruning changed at the end.

    Attributes
    ----------
    state : length of the change of the last token's state after the final norm
    divergence : KL(p || p_s) in nats of the next-token distributions without and with pruning
    """

    state: float
    divergence: float


class _Ending(NamedTuple):
    """State and log-probabilities of the last token."""

    state: torch.Tensor
    logs: torch.Tensor


def downstream(
    rest: Rest,
    call: LayerCall,
    kept: Sequence[Integers],
    on_halved: Callable[[int], object] = lambda _: None,
) -> list[End]:
    """Change of the final state and KL of the answer for several subsets of one size.

    Parameters
    ----------
    rest : the network from the layer of `call` on
    call : one row
    kept : subsets of the visual tokens, all with the same number
    on_halved : told how many subsets go on at once after memory ran out
    """
    everything = [np.arange(len(call.visual))]
    full = _endings(rest, call, everything, on_halved)[0]
    return [
        End(
            float((full.state - other.state).norm()),
            max(0.0, float((full.logs.exp() * (full.logs - other.logs)).sum())),
        )
        for other in _endings(rest, call, kept, on_halved)
    ]


def _endings(
    rest: Rest, call: LayerCall, kept: Sequence[Integers], on_halved: Callable[[int], object]
) -> list[_Ending]:
    def run(batch: Sequence[Integers]) -> list[_Ending]:
        places = torch.as_tensor(
            np.stack([_stays(call, rows) for rows in batch]), device=call.hidden.device
        )
        with torch.no_grad():
            states = rest(call.hidden[places], call.positions[..., places])[:, -1]
            logits = rest.logits(states)
        logs = logits.double().log_softmax(-1)
        return [_Ending(*pair) for pair in zip(states.double(), logs, strict=True)]

    return in_batches(run, kept, _BATCH, on_halved=on_halved)


def _stays(call: LayerCall, kept: Integers) -> Integers:
    """Places of the text and the kept visual tokens, in order."""
    stays = np.ones(len(call.hidden), dtype=bool)
    stays[call.visual] = False
    stays[call.visual[kept]] = True
    return np.flatnonzero(stays)
