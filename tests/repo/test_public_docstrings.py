"""Public functions say what goes in, what comes out, and show an example."""

import inspect

import pytest

import mobtheory as mob
from mobtheory import strategies, testing
from mobtheory.testing import campaign


def public(room: object, names: list[str]) -> dict[str, object]:
    return {name: getattr(room, name) for name in names}


ROOMS = (
    public(mob, [name for name in mob.__all__ if name != "models"]),
    public(testing, testing.__all__),
    public(strategies, [name for name in vars(strategies) if not name.startswith("_")]),
    public(campaign, ["fuzz"]),
)
FUNCTIONS = [
    pytest.param(found, id=name)
    for room in ROOMS
    for name, found in room.items()
    if inspect.isfunction(found)
]
KIT = [pytest.param(found, id=name) for name, found in ROOMS[1].items() if inspect.isclass(found)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_numpydoc_sections(function: object) -> None:
    text = inspect.getdoc(function) or ""
    wanted = ["Examples\n--------"]
    if inspect.signature(function).parameters:  # pyright: ignore[reportArgumentType]
        wanted.append("Parameters\n----------")
    missing = [section for section in wanted if section not in text]
    assert not missing, f"it lacks {missing}"


@pytest.mark.parametrize("kind", KIT)
def test_classes_of_the_kit_describe_every_field(kind: type) -> None:
    text = inspect.getdoc(kind) or ""
    assert "Attributes\n----------" in text or "Parameters\n----------" in text
    assert kind.__doc__ not in (None, kind.__mro__[1].__doc__)
    for name in getattr(kind, "__dataclass_fields__", {}):
        assert any(name in words.split(" : ")[0].split(", ") for words in text.splitlines()), name


def test_the_list_is_not_empty() -> None:
    assert len(FUNCTIONS) >= 30
    assert len(KIT) >= 7
