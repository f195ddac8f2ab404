"""Selection rules on the device: where the tokens are, in their dtype, without a sync."""

from collections.abc import Callable
from math import inf

import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed.farthest import pick_farthest
from mobtheory.models import TokenCloud

SELECTORS = ("random", "nearest", "fps", "mob")


def selector(name: str, keep: int, *, seed: int = 0) -> Callable[[TokenCloud], torch.Tensor]:
    """A selection function for `prune_at_layer` that keeps `keep` visual tokens of each row.

    Parameters
    ----------
    name : "random"; "nearest", the tokens most similar to any prompt token; "fps", farthest-point
        sampling from token 0; or "mob", algorithm 1 of the paper
    keep : K, from 1 to N
    seed : of "random"

    Returns
    -------
    callable
        `TokenCloud` -> (B, K) int64 tensor on the tokens' device, each row sorted and unique.

    Notes
    -----
    Similarity is the cosine, measured in float32 or wider.  "mob" gives half of the budget to the
    prompt, K_p = K // 2, with as large a fold: each prompt token proposes K_p tokens, none is ever
    missing, and the prompt half is the K_p tokens most similar to any prompt token.  The other half
    is farthest-point sampling seeded with them.
    """
    if name not in SELECTORS:
        raise UnsupportedModel(
            "experiments.speed.selector",
            f"a selection {name!r}",
            "it is unknown",
            f"Use one of {', '.join(SELECTORS)}.",
        )
    if name == "random":
        return _Random(keep, seed)
    near = {"nearest": keep, "fps": 0, "mob": keep // 2}[name]

    def select(cloud: TokenCloud) -> torch.Tensor:
        visual = cloud.visual
        rows, count, _ = visual.shape
        chosen = torch.empty(rows, 0, dtype=torch.int64, device=visual.device)
        if near:
            chosen = cosines(visual, _stacked(cloud.prompt)).amax(2).topk(near, 1).indices
        if keep > near:
            between = cosines(visual, visual).neg_()
            nearest = torch.full_like(between[:, 0], inf)
            if near:
                to_chosen = between.gather(1, chosen[:, :, None].expand(-1, -1, count))
                nearest = to_chosen.amin(1).scatter_(1, chosen, -inf)
            chosen = torch.cat([chosen, pick_farthest(between, nearest, keep - near)], 1)
        return chosen.sort(1).values

    return select


class _Random:
    """A new random subset at each call, drawn on the device."""

    def __init__(self, keep: int, seed: int) -> None:
        self.keep, self.seed = keep, seed
        self.generator: torch.Generator | None = None

    def __call__(self, cloud: TokenCloud) -> torch.Tensor:
        rows, count, _ = cloud.visual.shape
        device = cloud.hidden.device
        if self.generator is None:
            self.generator = torch.Generator(device).manual_seed(self.seed)
        drawn = torch.rand(rows, count, device=device, generator=self.generator)
        return drawn.topk(self.keep, 1).indices.sort(1).values


def cosines(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Cosines between the rows of (B, n, d) and (B, m, d), shape (B, n, m), float32 or wider.

    Examples
    --------
    >>> cosines(torch.tensor([[[3.0, 0.0]]]), torch.tensor([[[1.0, 0.0], [0.0, 2.0]]]))
    tensor([[[1., 0.]]])
    """
    products = _products(first, second)
    if first is second:  # the lengths are there already
        lengths = products.diagonal(dim1=1, dim2=2).clamp_min(_LEAST).rsqrt()
        return products.mul_(lengths[:, :, None]).mul_(lengths[:, None, :])
    products.mul_(_inverse_lengths(first)[:, :, None])
    return products.mul_(_inverse_lengths(second)[:, None, :])


_LEAST = 1e-30
_WIDENS = torch.__version__ >= "2.8"  # bmm can sum wider than it reads; no text comparison


def _inverse_lengths(rows: torch.Tensor) -> torch.Tensor:
    wide = torch.promote_types(rows.dtype, torch.float32)
    return torch.linalg.vector_norm(rows, dim=2, dtype=wide).clamp_min(_LEAST).reciprocal()


def _products(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Inner products; those of half-precision rows are exact, and summed in float32."""
    if first.dtype in (torch.bfloat16, torch.float16):
        if first.is_cuda and _WIDENS:
            return torch.bmm(first, second.mT, out_dtype=torch.float32)
        first, second = first.float(), second.float()
    return first @ second.mT


def _stacked(prompts: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """(B, L, d); a shorter row repeats its last token, which changes no largest similarity."""
    longest = max(len(prompt) for prompt in prompts)
    return torch.stack(
        [
            torch.cat([p, p[-1:].expand(longest - len(p), -1)]) if len(p) < longest else p
            for p in prompts
        ]
    )
