"""Which surrogate predicts what pruning did: ranks over the cases of a layer."""

from typing import Any

import numpy as np

from mobtheory.experiments.layers.case import ATTENTIVE, GEOMETRIC
from mobtheory.experiments.layers.falsifier import try_to_falsify
from mobtheory.experiments.layers.plan import Plan
from mobtheory.experiments.layers.spearman import Correlations, correlate
from mobtheory.experiments.layers.tally import Table

TRUTHS = ("attention", "layer", "state", "kl")
_UNIT = tuple(f"{name}-unit" for name in GEOMETRIC)
RIVALS = ("pruning-distance", "lemma-2", "pruning-distance-unit", "lemma-2-unit")
"""The falsifier's geometric side: G and Lemma 2's right side, in either metric."""


def rank(cases: Table, plan: Plan) -> Correlations | None:
    """Rank correlations over the cases in which every quantity was measured; None without any."""
    columns = cases.columns
    surrogates = columns.below("surrogates")
    truths = [t for t in TRUTHS if np.isfinite(columns[f"errors/{t}"]).any()]
    if not surrogates or not truths:
        return None
    predicted = {name: columns[f"surrogates/{name}"] for name in surrogates}
    measured = {name: columns[f"errors/{name}"] for name in truths}
    known: Any = np.isfinite([*predicted.values(), *measured.values()]).all(axis=0)
    if not known.any():
        return None
    pictures = [p for p, fine in zip(cases.pictures, known, strict=True) if fine]
    return correlate(
        {name: column[known].tolist() for name, column in predicted.items()},
        {name: column[known].tolist() for name, column in measured.items()},
        pictures,
        replicates=plan.replicates,
        seed=plan.seed,
    )


def ranking_data(found: Correlations) -> dict[str, Any]:
    """Correlations as plain data, with the falsifier for each truth."""
    return {
        "cases": found.cases,
        "pictures": found.pictures,
        "truths": {
            truth: {
                "correlations": [
                    {
                        "surrogate": name,
                        "kind": kind_of(name),
                        "pooled": found.estimate(name, truth).to_dict(),
                        "within": found.estimate(name, truth, within=True).to_dict(),
                    }
                    for name in found.surrogates
                ],
                "falsifier": try_to_falsify(found, truth, RIVALS, ATTENTIVE).to_dict(),
                "falsifier_within": try_to_falsify(
                    found, truth, RIVALS, ATTENTIVE, within=True
                ).to_dict(),
            }
            for truth in found.truths
        },
    }


def kind_of(surrogate: str) -> str:
    """Whether a surrogate is "geometric", "attentive" (m, Phi, B) or another "bound"."""
    if surrogate in GEOMETRIC or surrogate in _UNIT:
        return "geometric"
    return "attentive" if surrogate in ATTENTIVE else "bound"
