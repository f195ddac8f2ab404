"""The weights of one decoder layer as the theory reads them, computed once for each layer."""

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mobtheory.attention import spectral_norm, swiglu_lipschitz

Float = NDArray[np.float64]


class LayerWeights:
    """Output projections, norm and MLP of a pre-norm layer with a ``self_attn``.

    Norms are taken on the model's device; a 7B layer needs seconds there and minutes on a CPU.
    """

    def __init__(self, module: nn.Module) -> None:
        layer: Any = module
        self._attention, self._norm = layer.self_attn, layer.post_attention_layernorm
        self._mlp: Any = getattr(layer, "mlp", None)

    @property
    def heads(self) -> int:
        """H, the number of query heads."""
        return self._attention.o_proj.weight.shape[1] // self._attention.head_dim

    @cached_property
    def output(self) -> Float:
        """W_O^h of each head, (H, d, d_v)."""
        return self._heads_of(self._attention.o_proj.weight).cpu().numpy()

    @cached_property
    def output_norms(self) -> Float:
        """At least ||W_O^h||, (H,)."""
        return spectral_norm(self._heads_of(self._attention.o_proj.weight)).cpu().numpy()

    def _heads_of(self, weight: torch.Tensor) -> torch.Tensor:
        wide = weight.detach().double()
        return wide.reshape(len(wide), self.heads, -1).transpose(0, 1).contiguous()

    @cached_property
    def gain(self) -> Float:
        """The gain g of the norm between attention and MLP, (d,)."""
        return _array(self._norm.weight)

    @property
    def epsilon(self) -> float:
        """What that norm adds to the mean square."""
        return float(self._norm.variance_epsilon)

    @property
    def mlp(self) -> tuple[Float, Float, Float] | None:
        """W_g, W_u, W_d of a SwiGLU without offsets; None for any other MLP.

        Read at each call: in float64 those of a 7B layer take a gigabyte.
        """
        parts = [getattr(self._mlp, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
        activation = type(getattr(self._mlp, "act_fn", None)).__name__
        if activation not in ("SiLU", "SiLUActivation"):
            return None
        if any(part is None or part.bias is not None for part in parts):
            return None
        gate, up, down = (_array(part.weight) for part in parts if part is not None)
        return gate, up, down

    @cached_property
    def mlp_lipschitz(self) -> float | None:
        """Lipschitz constant of the MLP behind its norm, or None where it is no SwiGLU."""
        if self.mlp is None:
            return None
        parts = (self._mlp.gate_proj, self._mlp.up_proj, self._mlp.down_proj, self._norm)
        return swiglu_lipschitz(*(part.weight.detach().double() for part in parts))


_known: WeakKeyDictionary[nn.Module, tuple[tuple[Any, ...], LayerWeights]] = WeakKeyDictionary()


def weights_of(module: nn.Module) -> LayerWeights:
    """The weights of a layer; read again after any of its parameters changed."""
    state = tuple((x.data_ptr(), x._version, x.dtype) for x in module.parameters())
    known = _known.get(module)
    if known is None or known[0] != state:
        known = state, LayerWeights(module)
        _known[module] = known
    return known[1]


def _array(tensor: torch.Tensor) -> Float:
    return tensor.detach().double().cpu().numpy()
