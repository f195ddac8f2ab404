"""Farthest-point sampling as one Triton kernel: the picks of a row never leave the processor.

Empty where Triton is not installed: `lazy_kernel` asks whether there is a kernel.
"""

# pyright: basic, reportMissingImports=false, reportIndexIssue=false
from importlib.util import find_spec

import torch

# Of 4, 8, 16 and 32 the fastest on an H200, for 2928 points: 0.75 microseconds a pick.
_WARPS = 16

if find_spec("triton") is not None:
    import triton
    import triton.language as tl

    @triton.jit
    def _pick(between, nearest, picks, count, size, BLOCK: tl.constexpr):
        row = tl.program_id(0).to(tl.int64)
        places = tl.arange(0, BLOCK)
        inside = places < size
        near = tl.load(nearest + row * size + places, mask=inside, other=float("-inf"))
        between += row * size * size
        for step in range(count):
            pick = tl.argmax(near, axis=0, tie_break_left=True)
            pick = tl.minimum(pick, size - 1)  # NaN everywhere must not read beyond the matrix
            tl.store(picks + row * count + step, pick.to(tl.int64))
            away = tl.load(between + pick.to(tl.int64) * size + places, mask=inside, other=0.0)
            near = tl.where(places == pick, float("-inf"), tl.minimum(near, away))

    def pick_in_one_kernel(
        between: torch.Tensor, nearest: torch.Tensor, count: int
    ) -> torch.Tensor:
        """Pick as `pick_farthest`; one program a row, `nearest` in registers."""
        rows, size = nearest.shape
        picks = torch.empty(rows, count, dtype=torch.int64, device=between.device)
        _pick[(rows,)](
            between.contiguous(),
            nearest.contiguous(),
            picks,
            count,
            size,
            BLOCK=triton.next_power_of_2(size),
            num_warps=_WARPS,
        )
        return picks
