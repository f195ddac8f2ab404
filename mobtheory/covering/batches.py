"""The paper's selection rule for a batch of images.

On an accelerator the images of a batch run together. On the host they run one after another: the
rows of one image fit the cache, those of several do not.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

import array_api_compat as api

from mobtheory.covering.clouds import (
    on_accelerator,
    pick_on_device,
    product_dtypes,
    redo_alone,
    trusted_counts,
    trusted_floor,
)
from mobtheory.covering.counts import as_count
from mobtheory.covering.mob import Shortfall, Start, check_options, mob_select
from mobtheory.covering.point_batches import as_point_batch, require_one_batch
from mobtheory.covering.problem import CoveringProblem
from mobtheory.covering.product_rows import product_rows
from mobtheory.covering.prompt_candidates import Duplicates, ProposalRule
from mobtheory.covering.selection import Selection, selection_of_rows
from mobtheory.covering.shortlists import propose_by_products
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.distances import check_metric
from mobtheory.geometry.points import Array, describe, dtype_name


@dataclass(frozen=True, eq=False)
class BatchSelection:
    """The kept visual tokens of every image of a batch.

    Parameters
    ----------
    picks : (B, K) int64 array
        The kept tokens of each image in the order of the picks, the prompt half first.
    prompt_counts : (B,) int64 array
        How many of them form the prompt half, K_p or fewer.

    Notes
    -----
    `batch[b]` is the `Selection` of image b, and `len(batch)` is B. Both arrays lie where the
    tokens lie.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import mob_select_batch
    >>> visual = np.asarray([[[0.0], [0.1], [50.0], [52.0]], [[3.0], [2.0], [1.0], [0.0]]])
    >>> batch = mob_select_batch(
    ...     visual, visual[:, :1], 3, prompt_budget=1, fold=1, normalize=False
    ... )
    >>> batch.indices
    array([[0, 2, 3],
           [0, 1, 3]])
    >>> batch[1]
    Selection(prompt_centers=array([0]), visual_centers=array([3, 1]))
    """

    picks: Any
    prompt_counts: Any

    @property
    def indices(self) -> Any:
        """The kept tokens of each image, ascending, shape (B, K), int64."""
        return api.array_namespace(self.picks).sort(self.picks, axis=1)

    def __len__(self) -> int:
        return self.picks.shape[0]

    def __getitem__(self, image: int) -> Selection:
        count = int(self.prompt_counts[image])
        return selection_of_rows(self.picks[image, :count], self.picks[image, count:])


def mob_select_batch(
    visual: Array,
    prompt: Array,
    budget: int,
    *,
    prompt_budget: int,
    fold: int,
    duplicates: Duplicates = "max",
    shortfall: Shortfall = "visual",
    start: Start = "index0",
    normalize: bool = True,
    metric: str = "euclidean",
    prompt_mask: Array | None = None,
) -> BatchSelection:
    """Select visual tokens by algorithm 1 of the paper in every image of a batch.

    Parameters
    ----------
    visual : (B, N, d) array
        The visual tokens of B images.
    prompt : (B, L, d) array of the same library and device
        The prompt tokens that go with each image.
    budget : int from 1 to N
        K, how many visual tokens each image keeps.
    prompt_budget, fold, duplicates, shortfall, start
        As `mob_select`, the same for every image.
    normalize, metric
        As `CoveringProblem`; the paper normalises the tokens.
    prompt_mask : (B, L) boolean array, optional
        False for prompt tokens that only pad. Every image needs one that is True.

    Returns
    -------
    BatchSelection
        What `mob_select` selects in each image. On an accelerator sums run in another order, so
        there the picks may differ where distances do by less than their rounding: that of float64
        differences in the prompt half, `selection_rounding` in the visual half.

    Raises
    ------
    InvalidProblem
        The tokens are no two batches of equally many images that fit together, the mask is no
        boolean array of shape (B, L) or leaves an image without prompt tokens, or `mob_select`
        would refuse one of the images.

    Notes
    -----
    The rule and its guarantees are those of `mob_select`. On an accelerator the host waits for
    the device a fixed number of times for each batch, however many tokens are kept.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import mob_select_batch
    >>> visual = np.asarray([[[1, 0], [0, 1], [1, 1]], [[0, 1], [1, 0], [1, 1]]])
    >>> prompt = np.asarray([[[2, 0], [9, 9]], [[2, 0], [9, 9]]])
    >>> mask = np.asarray([[True, False], [True, False]])
    >>> mob_select_batch(visual, prompt, 2, prompt_budget=1, fold=1, prompt_mask=mask).picks
    array([[0, 1],
           [1, 0]])
    """
    called = "mob_select_batch"
    visual, prompt = (
        as_point_batch(called, "visual", visual),
        as_point_batch(called, "prompt", prompt),
    )
    check_metric(called, metric)
    require_one_batch(called, ("visual", visual), ("prompt", prompt))
    mask = None if prompt_mask is None else _as_mask(called, prompt_mask, prompt)
    images, count, _ = visual.shape
    budget = as_count(called, "budget", budget, 1, count)
    limit, fold = check_options(
        called, prompt_budget, budget, fold, count, duplicates, shortfall, start
    )

    def select_alone(image: int) -> tuple[Array, int]:
        prompt_tokens = prompt[image, ...]
        if mask is not None:
            prompt_tokens = prompt_tokens[mask[image, ...]]
        try:
            problem = CoveringProblem(
                visual[image, ...], prompt_tokens, budget, metric=metric, normalize=normalize
            )
            selection = mob_select(
                problem,
                prompt_budget=limit,
                fold=fold,
                duplicates=duplicates,
                shortfall=shortfall,
                start=start,
            )
        except InvalidProblem as error:
            raise InvalidProblem(
                called, f"image {image}: {error.received}", error.rule, error.mend
            ) from error
        xp = api.array_namespace(visual)
        halves = xp.concat([selection.prompt_centers, selection.visual_centers])
        return halves, selection.prompt_centers.shape[0]

    dtypes = product_dtypes(metric, visual, prompt)
    if not (on_accelerator(visual) and dtypes) or (limit == 0 and start == "farthest-mean"):
        return _gathered(visual, [select_alone(image) for image in range(images)])
    xp, unit, dtype = api.array_namespace(visual), normalize or metric == "cosine", dtypes[0]
    shown = prompt if mask is None else _padded(prompt, mask)
    rows = product_rows(visual, dtype, unit=unit)
    prompt_rows = product_rows(shown, dtype, unit=unit, beside=rows)
    rule = ProposalRule(fold, limit, duplicates)
    order, counts, trusted = propose_by_products(
        (visual, rows), (shown, prompt_rows), rule, unit=unit, prompt_mask=mask
    )
    nearest = xp.full_like(rows.squares, inf)
    picks, values = pick_on_device(rows, nearest, budget, order, counts)
    trusted = trusted & (trusted_counts(values, trusted_floor(rows.rounding())) == budget)
    if shortfall == "raise":  # Refused alone, so that the message names the image.
        trusted = trusted & (counts == limit)
    redo_alone((picks, counts), trusted, select_alone)
    return BatchSelection(picks, counts)


def _padded(prompt: Array, mask: Array) -> Array:
    """Put the first prompt token that counts in the place of those that only pad."""
    xp = api.array_namespace(prompt)
    first = xp.argmax(xp.astype(mask, xp.int64), axis=1)
    images = xp.arange(prompt.shape[0], device=api.device(prompt))
    return xp.where(mask[:, :, None], prompt, prompt[images, first][:, None, :])


def _gathered(visual: Array, selections: list[tuple[Array, int]]) -> BatchSelection:
    xp, device = api.array_namespace(visual), api.device(visual)
    counts = xp.asarray([count for _, count in selections], dtype=xp.int64, device=device)
    return BatchSelection(xp.stack([picks for picks, _ in selections]), counts)


def _as_mask(called: str, mask: Array, prompt: Array) -> Array:
    if not api.is_array_api_obj(mask):
        raise _no_mask(called, f"a {type(mask).__name__}", prompt)
    array: Array = mask
    if (
        api.array_namespace(array) is not api.array_namespace(prompt)
        or api.device(array) != api.device(prompt)
        or dtype_name(array) != "bool"
        or tuple(array.shape) != tuple(prompt.shape[:2])
    ):
        raise _no_mask(called, describe("its array", array), prompt)
    xp = api.array_namespace(array)
    if not bool(xp.all(xp.any(array, axis=1))):
        raise InvalidProblem(
            called,
            describe("prompt_mask", array),
            "every image needs a prompt token",
            "Leave out images without a prompt.",
        )
    return array


def _no_mask(called: str, received: str, prompt: Array) -> InvalidProblem:
    return InvalidProblem(
        called,
        f"prompt_mask: {received}; {describe('prompt', prompt)}",
        "prompt_mask is a boolean array (B, L) of the library and device of the tokens",
        "Pass True for every prompt token that counts.",
    )
