"""AdamW on a float32 master copy of bfloat16 weights."""

from collections.abc import Iterable

import torch
from torch import nn


class MasterAdamW:
    """bfloat16 working weights halve the time of a CPU step; the master copy keeps small updates.

    Parameters
    ----------
    groups : pairs (parameters, factor on the learning rate)
    """

    def __init__(self, groups: Iterable[tuple[Iterable[nn.Parameter], float]]) -> None:
        self.working: list[nn.Parameter] = []
        self.master: list[torch.Tensor] = []
        settings: list[dict[str, object]] = []
        for parameters, factor in groups:
            chosen = [p for p in parameters if p.requires_grad]
            copies = [p.detach().float().clone() for p in chosen]
            self.working += chosen
            self.master += copies
            settings.append({"params": copies, "factor": factor})
        self.adam = torch.optim.AdamW(settings, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98))

    def step(self, rate: float) -> None:
        """One update with learning rate `rate`, gradient norm clipped at 1; clears gradients."""
        for group in self.adam.param_groups:
            group["lr"] = rate * group["factor"]
        for parameter, copy in zip(self.working, self.master, strict=True):
            copy.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        nn.utils.clip_grad_norm_([c for c in self.master if c.grad is not None], 1.0)
        self.adam.step()
        with torch.no_grad():
            for parameter, copy in zip(self.working, self.master, strict=True):
                parameter.copy_(copy)

    def state(self) -> dict[str, torch.Tensor]:
        """Everything that the next step depends on, as named tensors."""
        tensors = {f"master.{i}": copy for i, copy in enumerate(self.master)}
        for i, copy in enumerate(self.master):
            for name, value in self.adam.state.get(copy, {}).items():
                tensors[f"adam.{i}.{name}"] = value
        return tensors

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        """Continue exactly where `state` was taken."""
        with torch.no_grad():
            for i, (parameter, copy) in enumerate(zip(self.working, self.master, strict=True)):
                copy.copy_(tensors[f"master.{i}"])
                parameter.copy_(copy)
                prefix = f"adam.{i}."
                moments = {
                    k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)
                }
                if moments:
                    self.adam.state[copy] = {
                        k: v.clone() if k == "step" else v.to(copy.device).clone()
                        for k, v in moments.items()
                    }
