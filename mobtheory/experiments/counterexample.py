"""A stored counterexample as plain data: points, selection, both sides, and what lies how far."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims import Claim
from mobtheory.claims.instances import Pruning
from mobtheory.experiments.tally import plain_number
from mobtheory.geometry import directed_hausdorff, normalize_rows

Points = NDArray[Any]


def counterexample_data(claim: Claim) -> dict[str, Any] | None:
    """The counterexample of `claim` for JSON and figures.

    Parameters
    ----------
    claim : any claim

    Returns
    -------
    dict or None
        The tokens as they are measured, the two halves as row numbers of the visual tokens, the
        budget, both sides of the statement, and the distances that matter, each with the pair of
        points that attains it. None where there is no counterexample or it is no pruning of points.

    Examples
    --------
    >>> import mobtheory as mob
    >>> data = counterexample_data(mob.claim("theorem-2.fps"))
    >>> data["left"], data["right"], data["distances"][1]
    (100.0, 3.0, {'name': 'd_H(S_v, V)', 'value': 100.0, 'from': [0], 'to': [100]})
    """
    stored = None if claim.counterexample is None else claim.counterexample.instance
    if not isinstance(stored, Pruning) or stored.problem.visual is None:
        return None
    margin = claim.check(stored)
    visual, prompt = np.asarray(stored.problem.visual), np.asarray(stored.problem.prompt)
    if stored.problem.normalize:
        visual, prompt = normalize_rows(visual), normalize_rows(prompt)
    return {
        "visual": visual.tolist(),
        "prompt": prompt.tolist(),
        "prompt_centers": np.asarray(stored.selection.prompt_centers).tolist(),
        "visual_centers": np.asarray(stored.selection.visual_centers).tolist(),
        "budget": stored.problem.budget,
        "left": plain_number(margin.lhs),
        "right": plain_number(margin.rhs),
        "distances": list(_distances(stored, visual, prompt)),
    }


def _distances(stored: Pruning, visual: Points, prompt: Points) -> Iterator[dict[str, Any]]:
    chosen = stored.selection
    prompt_half = visual[np.asarray(chosen.prompt_centers)]
    visual_half = visual[np.asarray(chosen.visual_centers)]
    kept = visual[np.asarray(chosen.indices)]
    compared = (
        ("d_H(S_p, P)", ((prompt, prompt_half), (prompt_half, prompt))),
        ("d_H(S_v, V)", ((visual, visual_half),)),
        ("h(V → S)", ((visual, kept),)),
        ("h(V → P)", ((visual, prompt),)),
        ("h(P → V)", ((prompt, visual),)),
        ("d_H(X, X_s)", ((visual, np.concatenate([kept, prompt])),)),
    )
    for name, directions in compared:
        if all(len(points) for pair in directions for points in pair):
            yield _farthest(name, directions, stored.problem.metric)


def _farthest(
    name: str, directions: tuple[tuple[Points, Points], ...], metric: str
) -> dict[str, Any]:
    found = [(directed_hausdorff(a, b, metric=metric), a, b) for a, b in directions]
    pair, a, b = max(found, key=lambda direction: direction[0].distance)
    return {
        "name": name,
        "value": pair.distance,
        "from": a[pair.source].tolist(),
        "to": b[pair.target].tolist(),
    }
