"""One subset at one layer of one sample: its errors, its bounds, and what might predict them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import attention_weights
from mobtheory.experiments.layers.answering_row import AnsweringRow
from mobtheory.experiments.layers.identity import Identity, check_identity
from mobtheory.experiments.layers.published import geometry_of, no_better_than_nothing
from mobtheory.experiments.layers.space import Integers, Space
from mobtheory.experiments.layers.subsets import Subset
from mobtheory.geometry.points import to_numpy
from mobtheory.models.certifying import LayerCertificate, certify_pruning
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.layer_pass import LayerPass

Float = NDArray[np.float64]
GEOMETRIC = ("pruning-distance", "cover", "prompt-radius", "lemma-2")
ATTENTIVE = ("dropped-mass", "phi", "attention")
"""m, Phi and B; the other surrogates are the remaining bounds of 9.2 to 9.5."""


@dataclass(frozen=True, eq=False)
class ReadLayer:
    """One sample at one layer, read once: the call, its full run, its tokens and their distances.

    Attributes
    ----------
    weights : (H, R, n) attention of the prompt rows
    row : the last of them
    visual, prompt : (N, d) and (L, d) tokens
    raw, unit : distances between the tokens as they are, and of length 1
    """

    call: LayerCall
    full: LayerPass
    weights: Float
    row: AnsweringRow
    visual: Float
    prompt: Float
    raw: Space
    unit: Space

    @classmethod
    def of(cls, call: LayerCall) -> "ReadLayer":
        """Run the layer on all tokens and measure them."""
        full = call.run()
        tokens: Any = call.hidden.double()
        tokens = tokens.numpy() if tokens.device.type == "cpu" else tokens
        visual, prompt = tokens[call.visual], tokens[call.prompt]
        return cls(
            call,
            full,
            np.asarray(attention_weights(full.logits)),
            AnsweringRow.of(call, full),
            to_numpy(visual),
            to_numpy(prompt),
            Space.of(visual, prompt),
            Space.of(visual, prompt, unit=True),
        )

    @property
    def dtype(self) -> str:
        """In which the layer computes."""
        return str(self.call.hidden.dtype).removeprefix("torch.")

    def identity(self, pruned: LayerPass) -> Identity:
        """Identity 9.1/9.6 between the full run and one without some visual tokens."""
        return check_identity(
            self.weights,
            self.full.values,
            np.isin(self.full.places, pruned.places),
            self.call.output,
            self.full.after_attention - pruned.after_attention,
            self.full.after_attention,
            self.dtype,
        )


def measure_case(read: ReadLayer, subset: Subset) -> dict[str, Any]:
    """Everything about one subset that needs the layer alone.

    Returns
    -------
    dict
        ``identity``; ``errors`` ||z - z_s|| ("attention") and ||y - y_s|| ("layer") of the last
        prompt row; ``surrogates``; ``bounds`` for each bound of the plain pruning error the ratio
        bound/error and how often it was below the error, over all prompt rows; ``mended`` what is
        left of the error with each treatment; ``useless`` as `no_better_than_nothing`, raw and
        unit. Where the identity fails nothing else is measured.
    """
    pruned = read.call.run(subset.kept)
    identity = read.identity(pruned)
    head = {
        "method": subset.method,
        "budget": len(subset.kept),
        "identity": {
            "residual": identity.residual,
            "moved": identity.moved,
            "outcome": identity.outcome,
        },
    }
    if identity.outcome == "fails":
        return head
    certificate = certify_pruning(read.call, subset.kept, full=read.full)
    nearest, distances = read.row.nearest_in_value(subset.kept)
    phi = read.row.phi(distances)
    mended = read.row.mended(subset.kept, read.raw.nearest_kept(subset.kept), nearest)
    left = {name: float(np.linalg.norm(error)) for name, error in mended.items()}
    cost = float(read.row.output_norms @ phi)
    return {
        **head,
        "errors": {
            "attention": float(certificate.measured[-1]),
            "layer": float(certificate.layer_error[-1]),
        },
        "surrogates": surrogates(read, subset, certificate, cost),
        "bounds": {**compare_bounds(certificate), "phi": _compare(left["oracle"], cost, 1e-9)},
        "mended": left,
        "useless": {
            name: no_better_than_nothing(space, subset)
            for name, space in (("raw", read.raw), ("unit", read.unit))
        },
    }


def surrogates(
    read: ReadLayer, subset: Subset, certificate: LayerCertificate, cost: float
) -> dict[str, float]:
    """All candidates for predicting the error of the last prompt row, by name.

    The geometry in tokens as they are, and with the suffix "-unit" in tokens of length 1;
    "dropped-mass" m, mean over heads; "phi" the sum over heads of ||W_O^h|| Phi_h, in the metric of
    values; "attention" B; and the other bounds of the certificate.
    """
    raw, unit = geometry_of(read.raw, subset), geometry_of(read.unit, subset)
    return {
        **raw,
        **{f"{name}-unit": value for name, value in unit.items()},
        "dropped-mass": float(read.row.mass(subset.kept).mean()),
        "phi": cost,
        **{name: float(bound[-1]) for name, bound in certificate.bounds.items()},
    }


def compare_bounds(certificate: LayerCertificate) -> dict[str, Any]:
    """Each bound of a certificate against what the layer computed, over all prompt rows."""
    named = (
        (certificate.bounds, certificate.measured),
        (certificate.layer_bounds, certificate.layer_error),
    )
    return {
        name: {
            "rows": len(truth),
            "violations": int((bound < truth).sum()),
            "ratio": _median_ratio(bound, truth),
        }
        for bounds, truth in named
        for name, bound in bounds.items()
    }


def merged_bounds(read: ReadLayer, kept: Integers) -> dict[str, Any]:
    """The bounds of log-count merging against the genuine layer with that bias."""
    certificate = certify_pruning(
        read.call,
        kept,
        method="log-count",
        assignment=read.raw.nearest_kept(kept),
        full=read.full,
    )
    found = compare_bounds(certificate)
    return {f"{name} (log-count)": values for name, values in found.items()}


def _compare(error: float, bound: float, slack: float) -> dict[str, Any]:
    violated = int(error > bound * (1 + slack))
    return {"rows": 1, "violations": violated, "ratio": bound / error if error else None}


def _median_ratio(bound: Float, truth: Float) -> float | None:
    """Median of bound over error, where there is an error."""
    moved = truth > 0
    return float(np.median(bound[moved] / truth[moved])) if moved.any() else None
