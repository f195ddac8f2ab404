"""Mutants of the executable statements: the functions that compute both sides of a claim.

The source of the module is parsed, one constant, comparison, maximum or direction of a margin
(or of a function beside it that the margin calls) is changed, and the module is run again.
"""

import ast
import copy
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from mobtheory.claims import Claim

from .mutant import Mutant

_ROUNDING = {"rounding", "terms"}
_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip
_OPPOSITE = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum"}


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
    """The margin and the functions of the same module that it calls, or its lambda."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    name = claim.margin.__name__
    if name not in functions:
        return [_margin_expression(tree, claim.id)]
    found, open_names = [], [name]
    while open_names:
        function = functions[open_names.pop(0)]
        if function in found:
            continue
        found.append(function)
        open_names += [
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and node.id in functions and "rounding" not in node.id
        ]
    return found


def _margin_expression(tree: ast.Module, id: str) -> ast.AST:
    """What the claim with this id passes as ``margin``."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            given = {k.arg: k.value for k in call.keywords}
            if isinstance(given.get("id"), ast.Constant) and given["id"].value == id:
                return given["margin"]
    raise LookupError(f"no claim {id} in the module")


def _sites(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that belong to the statement: no rounding, no indices, no docstring."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Subscript):
            yield from _sites(child.value)
            continue
        if isinstance(child, ast.keyword) and child.arg in {*_ROUNDING, "axis", "initial", "start"}:
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Assign) and "rounding" in ast.unparse(child.targets[0]):
            continue
        if isinstance(child, ast.arguments):
            continue
        yield child
        if isinstance(child, ast.Call) and _is_margin(child):
            for side in child.args[:2]:
                yield side
                yield from _sites(side)
            continue
        yield from _sites(child)


def _is_margin(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name == "Margin" or name.startswith("Margin.")


def _is_zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value: Any = node.value
        if value == 0:
            return
        yield ast.Constant(value + 1 if isinstance(value, int) else value * 2)
        yield ast.Constant(value - 1 if isinstance(value, int) and value > 1 else value / 2)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _FLIPPED:
        changed = copy.deepcopy(node)
        changed.ops = [_FLIPPED[type(node.ops[0])]()]
        yield changed
    elif isinstance(node, ast.Call) and _is_margin(node) and len(node.args) >= 2:
        swapped = copy.deepcopy(node)
        swapped.args[:2] = reversed(swapped.args[:2])
        yield swapped
        if ast.unparse(node.func) == "Margin" and not _is_zero(node.args[1]):
            for factor in (2.0, 0.5):
                scaled = copy.deepcopy(node)
                scaled.args[1] = ast.BinOp(ast.Constant(factor), ast.Mult(), scaled.args[1])
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
