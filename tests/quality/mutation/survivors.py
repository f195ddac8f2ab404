"""Mutants that nothing notices, each with the reason."""

REASONS = {
    "remark.fold-cap formula: k <= K_p/L -> k <= K_p/(2*L) at 0": (
        "true and weaker: fewer folds; the remark does not say that its range is the widest"
    ),
    "attention.log-count margin: max(by_definition, float(np.linalg.norm(merged))) -> "
    "min(by_definition, float(np.linalg.norm(merged))) in _log_count, place 5": (
        "one error, by its definition and as it is shipped; the two differ by rounding"
    ),
}
