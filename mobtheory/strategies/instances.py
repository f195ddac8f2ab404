"""What a claim is confronted with."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from mobtheory.claims import claim
from mobtheory.strategies.cloud_pairs import cloud_pairs
from mobtheory.strategies.clouds import SEEDS, CloudPair


def instances(claim_id: str, *, lane: str | None = None) -> st.SearchStrategy[Any]:
    """Instances that ``claim(claim_id).check`` takes.

    Parameters
    ----------
    claim_id : for example ``"theorem-2.truncation"``
    lane : "exact", "adversarial", "tokens" or None, as `cloud_pairs` takes it

    Returns
    -------
    Strategy of the claim's ``instance_type``. The clouds are drawn first, so they shrink; budget,
    selection, map and whatever else an instance needs are drawn from a seed. The hypotheses of the
    claim need not hold: ask ``claim(claim_id).applies(instance)``.

    Raises
    ------
    UnknownClaim
        If no claim has this id.
    InvalidProblem
        If the lane is unknown.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory import claim
    >>> from mobtheory.strategies import instances
    >>> false = claim("theorem-2.fps")
    >>> run = find(
    ...     instances(false.id, lane="exact"),
    ...     lambda run: false.applies(run) and false.check(run).holds is False,
    ... )
    >>> run.covering.visual_radius > run.covering.union_radius
    True
    """
    build = claim(claim_id).instance_type.from_clouds

    def of(pair: CloudPair, seed: int) -> Any:
        # Hypothesis repeats simple seeds; the shapes tell their instances apart, and coordinates
        # still shrink under the same draws.
        return build(*pair, np.random.default_rng([seed, *pair[0].shape, *pair[1].shape]))

    return st.builds(of, cloud_pairs(lane=lane), SEEDS)
