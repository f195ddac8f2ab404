"""Public functions say what goes in, what comes out, and show an example."""

import inspect

import pytest

import mobtheory as mob

FUNCTIONS = [n for n in mob.__all__ if n != "models" and inspect.isfunction(getattr(mob, n))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpydoc_sections(name: str) -> None:
    function = getattr(mob, name)
    text = inspect.getdoc(function) or ""
    wanted = ["Examples\n--------"]
    if inspect.signature(function).parameters:
        wanted.append("Parameters\n----------")
    missing = [section for section in wanted if section not in text]
    assert not missing, f"{name} lacks {missing}"


def test_the_list_is_not_empty() -> None:
    assert len(FUNCTIONS) >= 15
