"""Brackets in words, after their proof has been checked."""

from typing import Any

import mobtheory as mob


def checked_bracket(instance: Any, result: Any) -> str:
    """An exact result: its optimum, or the interval that holds it with its relative gap.

    Fails if the certificate does not prove the lower end; says so if a solver must be trusted.
    """
    check = mob.verify_lower_bound(instance, result)
    assert check.confirmed_given_trust, check.reason
    trust = "" if check.confirmed else f", trusting {check.trusted}"
    if result.status == "optimal":
        assert result.lower == result.upper
        return f"optimal, {result.upper:.4g}{trust}"
    assert result.lower <= result.upper
    gap = 100 * result.gap
    return f"in [{result.lower:.4f}, {result.upper:.4f}], gap {gap:.2g} %{trust}"
