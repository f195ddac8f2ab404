"""What is judged: a callable, an object with `select`, or the name of one."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from mobtheory.testing.calling import told
from mobtheory.testing.misbehaviour import Misbehaviour

Select = Callable[[Any, Any, int], Any]


@dataclass(frozen=True)
class Algorithm:
    """A target made ready to be called.

    Attributes
    ----------
    name : how reports call it
    select : what is called with (visual, prompt, budget)
    reference : "module:name" under which another process finds the same target, or None
    guarantees : what its attribute `guarantees` names
    """

    name: str
    select: Select
    reference: str | None = None
    guarantees: tuple[str, ...] = field(default=())


def as_algorithm(target: Any) -> Algorithm:
    """Make a target ready to be called.

    Parameters
    ----------
    target : a callable, an object with a method `select`, or a string "module:name"

    Returns
    -------
    Algorithm

    Raises
    ------
    Misbehaviour
        Of kind "not-importable", "not-callable" or "wrong-arguments".
    """
    reference = None
    if isinstance(target, str):
        reference, target = target, load_target(target)
    if isinstance(target, Algorithm):
        return target
    select = target if callable(target) and not _has_select(target) else _method(target)
    _require_three_arguments(select)
    return Algorithm(
        name=reference or target_name(target),
        select=select,
        reference=reference or _reference(target),
        guarantees=_claimed(target),
    )


def load_target(reference: str) -> Any:
    """Import what "module:name" names; the name may have dots.

    Parameters
    ----------
    reference : for example ``"mobtheory.testing.rules:farthest_points"``

    Returns
    -------
    The object, not called and not checked.

    Raises
    ------
    Misbehaviour
        Of kind "not-importable": the module raises or is not there, or lacks the name.

    Examples
    --------
    >>> from mobtheory.testing import load_target
    >>> load_target("math:sqrt")(9)
    3.0
    """
    module, colon, path = reference.partition(":")
    if not (module and colon and path):
        raise Misbehaviour(
            "not-importable", f"{reference!r} names no target: write module:name, as my.code:select"
        )
    try:
        found: Any = import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (Exception, SystemExit) as error:  # a module may do anything when it is imported
        raise Misbehaviour(
            "not-importable", f"{reference} does not import: {told(error)}"
        ) from error
    return found


def _claimed(target: Any) -> tuple[str, ...]:
    """What its attribute `guarantees` names; one id may stand alone."""
    claimed = getattr(target, "guarantees", None) or ()
    return (claimed,) if isinstance(claimed, str) else tuple(claimed)


def _has_select(target: Any) -> bool:
    return not inspect.isclass(target) and callable(getattr(target, "select", None))


def _method(target: Any) -> Select:
    if _has_select(target):
        return target.select
    raise Misbehaviour(
        "not-callable",
        f"a {type(target).__name__} was given: neither callable nor an object with a method select",
    )


def _require_three_arguments(select: Select) -> None:
    try:
        signature = inspect.signature(select)
    except (TypeError, ValueError):
        return  # compiled code often has none; the first call will tell
    try:
        signature.bind(None, None, 1)
    except TypeError as error:
        raise Misbehaviour(
            "wrong-arguments",
            f"it takes {signature} and cannot be called as select(visual, prompt, budget): {error}",
        ) from error


def target_name(target: Any) -> str:
    """How reports call a target."""
    if isinstance(target, str):
        return target
    named = getattr(target, "__qualname__", None) or type(target).__qualname__
    return str(named)


def _reference(target: Any) -> str | None:
    """The import path of a target that can be imported again as the very same object."""
    module, path = getattr(target, "__module__", None), getattr(target, "__qualname__", None)
    if not module or not path or module == "__main__" or "<" in path:
        return None
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return f"{module}:{path}" if found is target else None
