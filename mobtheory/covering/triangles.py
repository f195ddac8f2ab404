"""The triangle inequality over all visual and prompt tokens."""

import array_api_compat

from mobtheory.geometry.points import Array


def is_metric(
    visual_visual: Array, visual_prompt: Array, prompt_prompt: Array | None, tolerance: float
) -> bool:
    """Whether no distance exceeds a detour over a third token by more than the tolerance.

    Unknown distances between prompt tokens are taken as the shortest detours over visual tokens:
    if any values complete the given distances to a metric, these do.
    """
    xp = array_api_compat.array_namespace(visual_visual)
    if prompt_prompt is None:
        prompt_prompt = _shortest_detours(visual_prompt)
    every = xp.concat(
        [
            xp.concat([visual_visual, visual_prompt], axis=1),
            xp.concat([visual_prompt.T, prompt_prompt], axis=1),
        ],
        axis=0,
    )
    return not any(
        bool(xp.any(every > to_middle[:, None] + to_middle[None, :] + tolerance))
        for to_middle in (every[row, :] for row in range(every.shape[0]))
    )


def _shortest_detours(visual_prompt: Array) -> Array:
    xp = array_api_compat.array_namespace(visual_prompt)
    detours = visual_prompt[0, :, None] + visual_prompt[0, None, :]
    for row in range(1, visual_prompt.shape[0]):
        to_prompt = visual_prompt[row, :]
        detours = xp.minimum(detours, to_prompt[:, None] + to_prompt[None, :])
    diagonal = xp.arange(detours.shape[0], device=array_api_compat.device(detours))
    return xp.where(diagonal[:, None] == diagonal[None, :], xp.zeros_like(detours), detours)
