"""Softmax attention under pruning: exact errors, optimal reweightings, bounds, certificates."""

from mobtheory.attention.bounds import (
    hybrid_bound,
    minimax_plain_error,
    tanh_log_count_bound,
    tanh_plain_bound,
)
from mobtheory.attention.budget import BudgetSplit, budget_split
from mobtheory.attention.certificate import Certificate, certify
from mobtheory.attention.covering_cost import nearest_kept, weighted_covering_cost
from mobtheory.attention.displacement import (
    displacement_bound,
    displacement_constant,
    logit_lipschitz,
    transport_constant,
)
from mobtheory.attention.greedy import greedy_weighted_covering
from mobtheory.attention.layer import attention_bound, layer_bound, layer_error
from mobtheory.attention.logits import attention_logits
from mobtheory.attention.merging import hybrid_error, merge_bias, merge_error, merged_weights
from mobtheory.attention.multiplicity import multiplicity_gap, multiplicity_shift
from mobtheory.attention.norms import (
    rms_norm_length,
    rms_norm_slope,
    spectral_norm,
    swiglu_lipschitz,
)
from mobtheory.attention.pruning import dropped_mass, pruning_error
from mobtheory.attention.radii import circumradius, diameter
from mobtheory.attention.rows import attention_weights
from mobtheory.attention.stack import stack_factor
from mobtheory.attention.tail import TailFit, attention_tail, fit_tail

__all__ = [
    "BudgetSplit",
    "Certificate",
    "TailFit",
    "attention_bound",
    "attention_logits",
    "attention_tail",
    "attention_weights",
    "budget_split",
    "certify",
    "circumradius",
    "diameter",
    "displacement_bound",
    "displacement_constant",
    "dropped_mass",
    "fit_tail",
    "greedy_weighted_covering",
    "hybrid_bound",
    "hybrid_error",
    "layer_bound",
    "layer_error",
    "logit_lipschitz",
    "merge_bias",
    "merge_error",
    "merged_weights",
    "minimax_plain_error",
    "multiplicity_gap",
    "multiplicity_shift",
    "nearest_kept",
    "pruning_error",
    "rms_norm_length",
    "rms_norm_slope",
    "spectral_norm",
    "stack_factor",
    "swiglu_lipschitz",
    "tanh_log_count_bound",
    "tanh_plain_bound",
    "transport_constant",
    "weighted_covering_cost",
]
