"""The conformance kit: check any covering algorithm against the guarantees that it claims."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mobtheory.testing.asserting import assert_guarantee as assert_guarantee
    from mobtheory.testing.checking import check_covering_algorithm as check_covering_algorithm
    from mobtheory.testing.guarantee import Guarantee as Guarantee
    from mobtheory.testing.guarantees import GUARANTEES as GUARANTEES
    from mobtheory.testing.guarantees.comparisons import (
        approximation_factor as approximation_factor,
    )
    from mobtheory.testing.guarantees.comparisons import no_worse_than as no_worse_than
    from mobtheory.testing.misbehaviour import Misbehaviour as Misbehaviour
    from mobtheory.testing.misbehaviour import OutsideDomain as OutsideDomain
    from mobtheory.testing.parametrizing import (
        parametrize_with_guarantees as parametrize_with_guarantees,
    )
    from mobtheory.testing.results import ConformanceFailure as ConformanceFailure
    from mobtheory.testing.results import ConformanceReport as ConformanceReport
    from mobtheory.testing.results import Counterexample as Counterexample
    from mobtheory.testing.results import GuaranteeResult as GuaranteeResult
    from mobtheory.testing.rules import RULES as RULES
    from mobtheory.testing.target import load_target as load_target

# Names load on first use: a second process needs little of this, and a plugin nothing.
_HOMES = {
    "asserting": "assert_guarantee",
    "checking": "check_covering_algorithm",
    "guarantee": "Guarantee",
    "guarantees": "GUARANTEES",
    "guarantees.comparisons": "approximation_factor no_worse_than",
    "misbehaviour": "Misbehaviour OutsideDomain",
    "parametrizing": "parametrize_with_guarantees",
    "rules": "RULES",
    "results": "ConformanceFailure ConformanceReport Counterexample GuaranteeResult",
    "target": "load_target",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "GUARANTEES",
    "RULES",
    "ConformanceFailure",
    "ConformanceReport",
    "Counterexample",
    "Guarantee",
    "GuaranteeResult",
    "Misbehaviour",
    "OutsideDomain",
    "approximation_factor",
    "assert_guarantee",
    "check_covering_algorithm",
    "load_target",
    "no_worse_than",
    "parametrize_with_guarantees",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"mobtheory.testing.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'mobtheory.testing' has no attribute {name!r}")
