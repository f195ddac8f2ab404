"""Softmax attention under pruning: exact errors, optimal reweightings, bounds, certificates."""

from mobtheory.attention.bounds import (
    hybrid_bound,
    minimax_plain_error,
    tanh_log_count_bound,
    tanh_plain_bound,
)
from mobtheory.attention.certificate import Certificate, certify
from mobtheory.attention.covering_cost import nearest_kept, weighted_covering_cost
from mobtheory.attention.greedy import greedy_weighted_covering
from mobtheory.attention.merging import hybrid_error, merge_bias, merge_error, merged_weights
from mobtheory.attention.multiplicity import multiplicity_gap, multiplicity_shift
from mobtheory.attention.pruning import dropped_mass, pruning_error
from mobtheory.attention.radii import circumradius, diameter
from mobtheory.attention.rows import attention_weights

__all__ = [
    "Certificate",
    "attention_weights",
    "certify",
    "circumradius",
    "diameter",
    "dropped_mass",
    "greedy_weighted_covering",
    "hybrid_bound",
    "hybrid_error",
    "merge_bias",
    "merge_error",
    "merged_weights",
    "minimax_plain_error",
    "multiplicity_gap",
    "multiplicity_shift",
    "nearest_kept",
    "pruning_error",
    "tanh_log_count_bound",
    "tanh_plain_bound",
    "weighted_covering_cost",
]
