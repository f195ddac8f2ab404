"""Mutants of the executable statements: the functions that compute both sides of a claim.

The source of the module is parsed, the direction of a margin is reversed, its right side doubled or
halved, or a constant or a maximum in one of its sides changed, and the module is run again.
"""

import ast
import copy
import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from mobtheory.claims import Claim

from .mutant import Mutant

_MARGINS = {"Margin": 2.0, "settled_margin": 2.0, "Margin.from_brackets": None}
"""What builds a margin from two sides, and by which factor the right one is changed."""
_OPPOSITE = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum"}
_NO_SIDE = {"axis", "initial", "start", "strict"}
_ABOUT_ROUNDING = re.compile("rounding|relative")


def margin_mutants(claim: Claim) -> Iterator[Mutant]:
    """Every mutant of the margin of one claim."""
    module = sys.modules[claim.margin.__module__]
    tree = ast.parse(inspect.getsource(module))
    for place, function in enumerate(_statement_functions(tree, claim)):
        sites = list(_sites(function))
        for number, node in enumerate(sites):
            for variant, changed in enumerate(_changes(node)):
                yield Mutant(
                    claim.id,
                    "margin",
                    f"{ast.unparse(node)} -> {ast.unparse(changed)} "
                    f"in {_name(function)}, place {number}",
                    lambda at=(place, number, variant): _mutated(module, claim, *at),
                )


def _name(function: ast.AST) -> str:
    return function.name if isinstance(function, ast.FunctionDef) else "a lambda"


def _statement_functions(tree: ast.Module, claim: Claim) -> list[ast.AST]:
    """The margin, and the functions of the same module that build margins or compute sides."""
    functions = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not _ABOUT_ROUNDING.search(node.name)
    }
    name = claim.margin.__name__
    if name not in functions:
        return [_margin_expression(tree, claim.id)]
    found, waiting = [functions[name]], [functions[name]]
    while waiting:
        function = waiting.pop(0)
        of_sides = {named for part in _sites(function) for named in _names(part)}
        for other in (functions[n] for n in sorted(_names(function)) if n in functions):
            if other not in found and (other.name in of_sides or _has_margin(other)):
                found.append(other)
                waiting.append(other)
    return found


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}


def _has_margin(node: ast.AST) -> bool:
    return any(map(_builds_margin, ast.walk(node)))


def _margin_expression(tree: ast.Module, id: str) -> ast.AST:
    """What the claim with this id passes as ``margin``."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            given = {k.arg: k.value for k in call.keywords}
            if isinstance(given.get("id"), ast.Constant) and given["id"].value == id:
                return given["margin"]
    raise LookupError(f"no claim {id} in the module")


def _sites(function: ast.AST) -> Iterator[ast.AST]:
    """The margins of a function, and what stands in their sides or is named there.

    A function without a margin is one that a side calls: all of it belongs to the side.
    """
    margins = [node for node in ast.walk(function) if _builds_margin(node)]
    if not margins:
        yield from _parts(function)
        return
    named: set[str] = set()
    for call in margins:
        yield call
        for side in call.args[:2]:
            yield side
            yield from _parts(side)
            named |= _names(side)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in named:
            yield node.value
            yield from _parts(node.value)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node but indices, options and documentation."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Subscript):
            yield from _parts(child.value)
        elif not (
            (isinstance(child, ast.keyword) and child.arg in _NO_SIDE)
            or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))
            or isinstance(child, ast.arguments)
        ):
            yield child
            yield from _parts(child)


def _builds_margin(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in _MARGINS and len(node.args) > 1


def _is_zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value: Any = node.value
        if value == 0:
            return
        yield ast.Constant(value + 1 if isinstance(value, int) else value * 2)
        yield ast.Constant(value - 1 if isinstance(value, int) and value > 1 else value / 2)
    elif isinstance(node, ast.Call) and _builds_margin(node):
        swapped = copy.deepcopy(node)
        swapped.args[:2] = reversed(swapped.args[:2])
        yield swapped
        factor = _MARGINS[ast.unparse(node.func)]
        if factor is not None and not _is_zero(node.args[1]):
            for by in (factor, 1 / factor):
                scaled = copy.deepcopy(node)
                scaled.args[1] = ast.BinOp(ast.Constant(by), ast.Mult(), scaled.args[1])
                yield scaled
    elif isinstance(node, ast.Call):
        *before, name = ast.unparse(node.func).split(".")
        if name in _OPPOSITE:
            changed = copy.deepcopy(node)
            changed.func = ast.parse(".".join([*before, _OPPOSITE[name]]), mode="eval").body
            yield changed


def _mutated(module: ModuleType, claim: Claim, place: int, number: int, variant: int) -> Claim:
    tree = ast.parse(inspect.getsource(module))
    function = _statement_functions(tree, claim)[place]
    node = list(_sites(function))[number]
    changed = list(_changes(node))[variant]
    _Exchange(node, changed).visit(tree)
    fresh = ModuleType(module.__name__)
    fresh.__file__ = module.__file__
    # Dataclasses look their module up by name while they are made.
    exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), fresh.__dict__)
    return next(c for c in fresh.CLAIMS if c.id == claim.id)


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().visit(node)
