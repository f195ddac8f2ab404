"""Five ways to say how far the visual tokens and the prompt lie apart."""

import array_api_compat as api

from mobtheory.geometry import normalize_rows, pairwise_distances
from mobtheory.geometry.points import Array, as_point_pair, to_float64

MEASURES = {
    "hausdorff": "d_H(V, P)",
    "visual_to_prompt": "h(V → P)",
    "prompt_to_visual": "h(P → V)",
    "mean_visual_to_prompt": "mean_v min_p",
    "mean_prompt_to_visual": "mean_p min_v",
}
"""The measures, with the formulas that tables print."""


def couplings(visual: Array, prompt: Array, *, normalize: bool = True) -> dict[str, float]:
    """Measure the coupling of visual and prompt tokens in every way of `MEASURES`.

    Parameters
    ----------
    visual, prompt : arrays of shape (N, d) and (L, d), of one library and device
    normalize : scale every token to length 1 first, so that distances are at most 2

    Returns
    -------
    dict
        By the names of `MEASURES`; computed in float64.

    Raises
    ------
    InvalidProblem
        As for `coupling`: no points, another dimension, not finite, a zero token to normalise.

    Notes
    -----
    d_H(V, P) and its two directions are those of `coupling` (Algorithm 2 of arXiv 2505.10118). Each
    is a maximum, set by one outlying token; the means over tokens are not.

    Examples
    --------
    >>> found = couplings([[3, 0], [0, 2]], [[5, 0]], normalize=False)
    >>> {name: round(value, 3) for name, value in found.items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'hausdorff': 5.385, 'visual_to_prompt': 5.385, 'prompt_to_visual': 2.0,
     'mean_visual_to_prompt': 3.693, 'mean_prompt_to_visual': 2.0}
    """
    called = "couplings"
    visual, prompt = as_point_pair(called, ("visual", visual), ("prompt", prompt))
    visual, prompt = to_float64(called, "visual", visual), to_float64(called, "prompt", prompt)
    if normalize:
        visual = normalize_rows(visual, called=called, name="visual")
        prompt = normalize_rows(prompt, called=called, name="prompt")
    distances = pairwise_distances(visual, prompt)
    xp = api.array_namespace(distances)
    from_visual, from_prompt = xp.min(distances, axis=1), xp.min(distances, axis=0)
    forth, back = float(xp.max(from_visual)), float(xp.max(from_prompt))
    return {
        "hausdorff": max(forth, back),
        "visual_to_prompt": forth,
        "prompt_to_visual": back,
        "mean_visual_to_prompt": float(xp.mean(from_visual)),
        "mean_prompt_to_visual": float(xp.mean(from_prompt)),
    }
