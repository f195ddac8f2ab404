"""Mutants of registered formulas: another constant, another direction, max for min."""

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp
from sympy.core.relational import Relational

from mobtheory.claims import Claim

from .mutant import Mutant

Path = tuple[int, ...]
_REVERSED = {sp.Le: sp.Ge, sp.Ge: sp.Le, sp.Lt: sp.Gt, sp.Gt: sp.Lt}


def formula_mutants(claim: Claim) -> Iterator[Mutant]:
    """Every mutant of the formula of one claim; none where it has no formula."""
    formula = claim.statement.formula
    if formula is None:
        return
    seen = {formula}
    for path, node in _walk(formula):
        for changed in _changes(node):
            mutated = _with(formula, path, changed)
            if mutated in seen or mutated in (sp.true, sp.false):
                continue
            seen.add(mutated)
            statement = replace(claim.statement, formula=mutated)
            yield Mutant(
                claim.id,
                "formula",
                f"{node} -> {changed} at {'.'.join(map(str, path)) or 'root'}",
                lambda s=statement: replace(claim, statement=s),
            )


def _walk(node: sp.Basic, path: Path = ()) -> Iterator[tuple[Path, sp.Basic]]:
    yield path, node
    for place, argument in enumerate(node.args):
        yield from _walk(argument, (*path, place))


def _with(node: sp.Basic, path: Path, changed: sp.Basic) -> sp.Basic:
    if not path:
        return changed
    arguments = list(node.args)
    arguments[path[0]] = _with(arguments[path[0]], path[1:], changed)
    return node.func(*arguments)


def _changes(node: sp.Basic) -> Iterator[sp.Basic]:
    if isinstance(node, Relational):
        left, right = node.args
        if node.func in _REVERSED:
            yield _REVERSED[node.func](left, right)
        # Every statement has the constant 1 in front of its right side.
        yield node.func(left, right * 2)
        yield node.func(left, right / 2)
    elif isinstance(node, sp.Max | sp.Min):
        yield (sp.Min if isinstance(node, sp.Max) else sp.Max)(*node.args)
    elif isinstance(node, sp.Integer) and node not in (0, 1, -1):
        yield node + 1
        yield node - 1
    elif isinstance(node, sp.Rational) and node not in (0, 1, -1):
        yield node * 2
        yield node / 2
