"""The report of a run: every layer summed up, and what contradicts a theorem."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mobtheory.experiments.layers.layer_summary import summarise_layer
from mobtheory.experiments.layers.plan import Plan
from mobtheory.experiments.layers.ranking import ranking_data
from mobtheory.experiments.layers.spearman import Correlations
from mobtheory.experiments.layers.tally import LayerTally
from mobtheory.experiments.samples import RefusedSample, Sample
from mobtheory.experiments.versions import versions
from mobtheory.models.vision_language import VisionLanguageModel

SCHEMA_VERSION = 1
_PROVED = ("nearest_cover_optimal", "union_twice")
_ALWAYS_USELESS = ("lemma-2 (raw)", "lemma-2 (unit)", "theorem-2.bound (unit, MoB)")


@dataclass(frozen=True)
class LayersReport:
    """What was found, layer by layer.

    Attributes
    ----------
    document : plain data that follow ``layers.schema.json``
    """

    document: dict[str, Any]

    @property
    def exit_status(self) -> int:
        """What the command ends with.

        0 all agrees; 1 an identity failed, a bound was violated or a proved step did not hold; 3
        nothing could be told.
        """
        return self.document["exit_status"]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the same run gives the same data."""
        return self.document


def make_report(
    model: VisionLanguageModel,
    plan: Plan,
    tallies: Sequence[LayerTally],
    samples: Sequence[Sample],
    lost: Sequence[RefusedSample],
    notes: Sequence[str],
) -> LayersReport:
    """Sum up what was measured at each layer."""
    network: Any = model.model
    dtype = str(network.dtype).removeprefix("torch.")
    summaries: list[dict[str, Any]] = []
    ranked: list[Correlations] = []
    for tally in tallies:
        summary, found = summarise_layer(tally, plan, dtype)
        summaries.append(summary)
        ranked += [] if found is None else [found]
    wrong = [line for summary in summaries for line in contradictions(summary)]
    told = any(summary["identity"]["holds"] for summary in summaries)
    return LayersReport(
        {
            "schema": SCHEMA_VERSION,
            "model": {
                "name": model.name,
                "type": network.config.model_type,
                "dtype": dtype,
                "device": network.device.type,
                "attention": str(network.config._attn_implementation),
            },
            "plan": {
                "layers": list(plan.layers),
                "budgets": list(plan.budgets),
                "seed": plan.seed,
                "replicates": plan.replicates,
            },
            "samples": {
                "asked": len(samples),
                "measured": max((s["samples"] for s in summaries), default=0),
                "pictures": max((s["pictures"] for s in summaries), default=0),
                "kinds": sorted({s.kind for s in samples if s.kind is not None}),
                "refused": [sample.to_dict() for sample in lost],
            },
            "layers": summaries,
            "all_layers": _averaged(ranked),
            "contradictions": wrong,
            "exit_status": 1 if wrong else 0 if told else 3,
            "notes": list(notes),
            "versions": versions("torch", "transformers", "numpy", "scipy"),
        }
    )


def contradictions(summary: dict[str, Any]) -> list[str]:
    """What at a layer contradicts a theorem, in words."""
    layer, found = summary["layer"], []
    fails = summary["identity"]["fails"]
    if fails:
        found.append(
            f"Layer {layer}: identity 9.6 fails in {fails} of {summary['cases']} cases; what was "
            "read from the layer is not what it computes."
        )
    for name, bound in summary["bounds"].items():
        if bound["violations"]:
            found.append(
                f"Layer {layer}: the bound {name} is below the error in {bound['violations']} of "
                f"{bound['rows']} rows."
            )
    for name in _ALWAYS_USELESS:
        share = summary["domination"][name]
        if share is not None and share["share"] < 1:
            found.append(f"Layer {layer}: {name} is below h(V -> P).")
    for step in summary["proof_steps"]:
        for name in _PROVED:
            share = step["holds"][name]
            if share is not None and share["share"] < 1:
                found.append(f"Layer {layer}: the proved step {name} does not hold.")
    return found


def _averaged(ranked: Sequence[Correlations]) -> dict[str, Any] | None:
    """Correlations averaged over layers that measured the same things of the same pictures."""
    if len(ranked) < 2 or len({(r.surrogates, r.truths, r.pictures) for r in ranked}) > 1:
        return None
    first = ranked[0]
    # the same seed drew the same pictures at each layer, so replicates belong together
    return ranking_data(
        Correlations(
            first.surrogates,
            first.truths,
            np.mean([r.pooled for r in ranked], axis=0),
            np.mean([r.within for r in ranked], axis=0),
            np.mean([r.pooled_replicates for r in ranked], axis=0),
            np.mean([r.within_replicates for r in ranked], axis=0),
            sum(r.cases for r in ranked),
            first.pictures,
        )
    )
