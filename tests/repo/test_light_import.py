"""``import mobtheory`` stays light, and every promised name is where it belongs."""

import subprocess
import sys

import pytest

import mobtheory as mob

HEAVY = ("torch", "hypothesis", "matplotlib", "transformers", "sympy", "scipy")


def _loaded_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_import_loads_nothing_heavy() -> None:
    assert _loaded_by("import mobtheory") == set()


def test_the_core_needs_neither_torch_nor_hypothesis() -> None:
    loaded = _loaded_by("import mobtheory as mob; mob.list_claims(); mob.audit; mob.solve_exact")
    assert not loaded & {"torch", "hypothesis", "matplotlib", "transformers"}


@pytest.mark.parametrize("name", mob.__all__)
def test_public_names_exist_and_are_documented(name: str) -> None:
    assert getattr(mob, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = mob.no_such_name


def test_every_lazy_name_is_public() -> None:
    homes = mob._HOME  # pyright: ignore[reportPrivateUsage]
    assert set(mob.__all__) == {*homes, "attention", "models"}
