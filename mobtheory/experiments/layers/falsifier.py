"""The falsifier of section 10: does the geometry predict better than the attention does?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mobtheory.experiments.layers.spearman import Correlations, Estimate, estimate

Outcome = Literal["falsified", "not falsified", "undecided"]


@dataclass(frozen=True)
class Falsifier:
    """Whether the best of some geometric surrogates beats the best of those with attention.

    Attributes
    ----------
    truth : what was predicted
    geometric, attentive : the better surrogate of each kind, on all cases
    advantage : correlation of the best geometric one minus that of the best attentive one
    outcome : "falsified" if the interval of the advantage lies above 0, "not falsified" if it
        lies below, else "undecided"
    """

    truth: str
    geometric: str
    attentive: str
    advantage: Estimate
    outcome: Outcome

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "truth": self.truth,
            "geometric": self.geometric,
            "attentive": self.attentive,
            "advantage": self.advantage.to_dict(),
            "outcome": self.outcome,
        }


def try_to_falsify(
    found: Correlations,
    truth: str,
    geometric: Sequence[str],
    attentive: Sequence[str],
    *,
    within: bool = False,
) -> Falsifier:
    """Compare the best geometric surrogate with the best attentive one, replicate by replicate.

    Parameters
    ----------
    found : what `correlate` returned
    truth : one of its truths
    geometric : surrogates of the geometry, such as d_H(X, X_s) and Lemma 2's right side
    attentive : surrogates that weigh tokens by attention, such as m, B and Phi
    within : compare the correlations among cases of one picture instead of the pooled ones

    Returns
    -------
    Falsifier

    Notes
    -----
    "G or Lemma 2 beats m, B and Phi" says that the largest correlation of the former exceeds the
    largest of the latter; both maxima are taken anew in each replicate. A constant surrogate
    predicts nothing: its correlation counts as 0.

    Examples
    --------
    >>> from mobtheory.experiments.layers.spearman import correlate
    >>> truth, noise = list(range(12)), [5, 1, 4, 2, 8, 0, 3, 9, 7, 6, 11, 10]
    >>> found = correlate({"G": noise, "m": truth}, {"error": truth}, [i // 3 for i in range(12)])
    >>> try_to_falsify(found, "error", ["G"], ["m"]).outcome
    'not falsified'
    """
    column = found.truths.index(truth)
    rows = [[found.surrogates.index(name) for name in names] for names in (geometric, attentive)]
    values = np.nan_to_num((found.within if within else found.pooled)[:, column])
    replicates = found.within_replicates if within else found.pooled_replicates
    drawn = np.nan_to_num(replicates[:, :, column])
    best = [values[side].max() for side in rows]
    differences = drawn[:, rows[0]].max(axis=1) - drawn[:, rows[1]].max(axis=1)
    advantage = estimate(float(best[0] - best[1]), differences)
    names = [found.surrogates[side[int(values[side].argmax())]] for side in rows]
    return Falsifier(truth, names[0], names[1], advantage, _outcome(advantage))


def _outcome(advantage: Estimate) -> Outcome:
    if advantage.low is not None and advantage.low > 0:
        return "falsified"
    if advantage.high is not None and advantage.high < 0:
        return "not falsified"
    return "undecided"
