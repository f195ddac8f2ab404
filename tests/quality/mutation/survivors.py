"""Mutants that nothing notices, each with the reason."""

REASONS: dict[str, str] = {}
