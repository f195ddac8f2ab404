"""Strategies for the types of mobtheory, so that ``st.from_type`` and annotations find them.

The entry point of the group "hypothesis": whoever imports Hypothesis runs `register`. That must
cost next to nothing where mobtheory is merely installed, and Hypothesis registers types, not
names. So each type waits until the module that defines it is imported, and its strategy until it
is asked for.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

TYPES = {
    "mobtheory.covering.problem": "CoveringProblem",
    "mobtheory.covering.selection": "Selection",
    "mobtheory.strategies.inputs": "CoveringInput",
}
"""The types with a strategy, by module."""


def register() -> None:
    """Register strategies for the types of `TYPES`, now or when their modules are imported.

    Examples
    --------
    >>> from hypothesis import given
    >>> from mobtheory import CoveringProblem
    >>> @given(...)
    ... def test_budget(problem: CoveringProblem) -> None:
    ...     assert problem.budget <= problem.visual_count
    >>> test_budget()
    """
    for name in TYPES:
        if name in sys.modules:
            _register_type(sys.modules[name])
    if not TYPES.keys() <= sys.modules.keys():
        sys.meta_path.insert(0, _Waiting())


def _register_type(module: ModuleType) -> None:
    from hypothesis import strategies as st

    name = TYPES[module.__name__]
    # A function, which Hypothesis calls when it needs the strategy.
    st.register_type_strategy(getattr(module, name), lambda _: _strategy(name))


def _strategy(name: str) -> Any:
    from mobtheory.strategies import covering_inputs, covering_problems, selections

    if name == "CoveringInput":
        return covering_inputs()
    problems = covering_problems()
    return problems if name == "CoveringProblem" else problems.flatmap(selections)


class _Waiting(MetaPathFinder):
    """Finds the modules of `TYPES` where they are, and registers their types once they have run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in TYPES:
            return None
        # Not the other finders: a loader of theirs may be shared, this one is for this module.
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_register(module: ModuleType) -> None:
            execute(module)
            _register_type(module)

        spec.loader.exec_module = execute_and_register
        return spec
