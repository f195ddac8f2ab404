"""Every public function of the attention room says what goes in, what breaks, and its source."""

import inspect

import pytest

from mobtheory import attention

FUNCTIONS = [n for n in attention.__all__ if inspect.isfunction(getattr(attention, n))]
SECTIONS = ("Parameters", "Returns", "Raises", "Examples")
PLAIN_MEASURES = ("circumradius", "diameter", "spectral_norm")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpydoc_sections_and_source(name: str) -> None:
    text = inspect.getdoc(getattr(attention, name)) or ""
    missing = [s for s in SECTIONS if f"{s}\n{'-' * len(s)}" not in text]
    assert not missing
    words = " ".join(text.split()).lower()
    assert name in PLAIN_MEASURES or "extended theory" in words or "bounds hold" in words


def test_the_room_is_reached_lazily() -> None:
    import mobtheory as mob

    assert mob.attention is attention
    assert len(FUNCTIONS) >= 25
