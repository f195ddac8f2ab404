"""The same tokens in other dtypes and libraries."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls
from mobtheory.testing.finding import KEPT_IT, Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs
from mobtheory.testing.guarantees.transformations import Change, compare
from mobtheory.testing.misbehaviour import Misbehaviour

_COARSE = (8, 12)
"""bfloat16 has 8 bits: ties are what differs by less, so copies off ties move far, and many."""
_EXACT = 2.0**24
_MIDDLING = (1 << 9, 3)


def _consistent(calls: Calls, given: CoveringInput) -> Finding | None:
    if max(np.abs(given.visual).max(), np.abs(given.prompt).max()) > _EXACT:
        return None  # float32 holds no larger whole numbers, so these would be other tokens
    wide = CoveringInput(
        np.array(given.visual, dtype=np.float64),
        np.array(given.prompt, dtype=np.float64),
        given.budget,
        given.seed,
        given.origin,
    )
    finding = compare(calls, wide, Change("as NumPy float32", _to_numpy, coarse=_MIDDLING))
    if finding.broken or not _takes_torch(calls, wide):
        return finding
    for dtype, coarse in (("float64", (1 << 14, 2)), ("float32", _MIDDLING), ("bfloat16", _COARSE)):
        if _holds(dtype, wide.visual, wide.prompt):
            told = f"as torch {dtype}"
            finding = compare(calls, wide, Change(told, _to_torch(dtype), coarse=coarse))
            if finding.broken:
                return finding
    return KEPT_IT


def _to_numpy(visual: NDArray[Any], prompt: NDArray[Any]) -> tuple[Any, Any]:
    return visual.astype(np.float32), prompt.astype(np.float32)


def _to_torch(dtype: str) -> Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]]:
    def apply(visual: NDArray[Any], prompt: NDArray[Any]) -> tuple[Any, Any]:
        import torch

        kind = getattr(torch, dtype)
        visual, prompt = (np.ascontiguousarray(a) for a in (visual, prompt))
        return torch.tensor(visual).to(kind), torch.tensor(prompt).to(kind)

    return apply


def _holds(dtype: str, *arrays: NDArray[Any]) -> bool:
    """Whether a dtype of torch holds all coordinates exactly."""
    import torch

    kind = getattr(torch, dtype)
    return all(bool((torch.tensor(a).to(kind).double().numpy() == a).all()) for a in arrays)


def _takes_torch(calls: Calls, given: CoveringInput) -> bool:
    """Whether the algorithm takes torch tensors at all; one that refuses them claims nothing."""
    if calls.takes_torch is None:
        if find_spec("torch") is None:
            calls.takes_torch = False
            return False
        as_tensors = _to_torch("float64")
        try:
            calls.select(*as_tensors(given.visual, given.prompt), given.budget)
        except Misbehaviour as error:
            calls.takes_torch = error.kind != "raised"
        else:
            calls.takes_torch = True
    return calls.takes_torch


DTYPES = Guarantee(
    id="dtype-consistent",
    title="Dtype and library play no part",
    statement="Off ties its radii are the same for NumPy float64 and float32 and, where it takes "
    "torch tensors, for float64, float32 and bfloat16 there.",
    claim="definition-1",
    check=_consistent,
    inputs=exact_inputs(
        kinds=["grid", "inside", "lattice", "outlier", "duplicates"], placements=["plain"]
    ),
    clouds=False,
)
