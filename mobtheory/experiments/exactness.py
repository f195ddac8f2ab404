"""Is a violation exact, or within reach of rounding?"""

import math
from fractions import Fraction
from typing import Any

from mobtheory.claims import Margin
from mobtheory.claims.instances import MapPruning
from mobtheory.claims.set_functions import SoftmaxAttention


def violates_exactly(instance: Any, margin: Margin) -> bool:
    """Whether exact arithmetic says that the left side exceeds the right one.

    Parameters
    ----------
    instance, margin : what a claim was confronted with, and both sides

    Returns
    -------
    bool
        True where both sides are finite and were computed without rounding. A flat softmax head
        is computed again in fractions: it takes means, and where d_H(X, X_s) = 0 any difference
        of two means is a violation.
    """
    if margin.holds is not False or not (math.isfinite(margin.lhs) and math.isfinite(margin.rhs)):
        return False
    return margin.rounding == 0 or (
        isinstance(instance, MapPruning)
        and isinstance(instance.map, SoftmaxAttention)
        and not instance.map.key_query.any()
        and not instance.problem.normalize
        and instance.problem.exact_order
        and margin.rhs == 0 == instance.covering.pruning_distance
        and _means_differ(instance, instance.map)
    )


def _means_differ(instance: MapPruning, head: SoftmaxAttention) -> bool:
    """Whether the values of the head have another mean over all tokens than over those kept."""
    before, after = (_mean(points) for points in (instance.all_points, instance.kept_points))
    moved = [b - a for b, a in zip(before, after, strict=True)]
    rows = head.values.tolist()
    return any(sum(Fraction(w) * m for w, m in zip(row, moved, strict=True)) for row in rows)


def _mean(points: Any) -> list[Fraction]:
    columns = zip(*points.tolist(), strict=True)
    return [sum(map(Fraction, column), Fraction(0)) / len(points) for column in columns]
