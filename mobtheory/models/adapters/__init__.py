"""Model families, one file each, found by ``config.model_type``."""

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from mobtheory.errors import UnsupportedModel
from mobtheory.models.adapters._base import Adapter, DeepStack
from mobtheory.models.adapters._family import Family

__all__ = ["Adapter", "DeepStack", "Family", "adapter_for", "families", "register_adapter"]

GROUP = "mobtheory.adapters"
_registered: dict[str, Adapter] = {}


def _shipped() -> set[str]:
    return {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}


def families() -> tuple[str, ...]:
    """The ``config.model_type`` of every family that has an adapter, sorted."""
    installed = {entry.name for entry in entry_points(group=GROUP)}
    return tuple(sorted(_shipped() | _registered.keys() | installed))


def register_adapter(model_type: str, adapter: Adapter) -> None:
    """Add a family, for this process, that mobtheory does not ship.

    Parameters
    ----------
    model_type : the ``config.model_type`` of its models
    adapter : an instance of the protocol `Adapter`; ``Family(model_class)`` is one for a class
        of Transformers that keeps its text model and its token ids as the shipped families do

    Raises
    ------
    UnsupportedModel
        When mobtheory ships an adapter for this type, or `adapter` lacks part of the protocol.
    """
    if model_type in _shipped():
        raise UnsupportedModel(
            "models.register_adapter",
            f"an adapter for {model_type!r}",
            "what is said of a shipped family is said of its shipped adapter",
            "Give your models a model_type of their own.",
        )
    given: Any = adapter
    if not isinstance(given, Adapter):
        raise UnsupportedModel(
            "models.register_adapter",
            f"a {type(given).__name__} for {model_type!r}",
            "an adapter has all parts of mobtheory.models.adapters.Adapter",
            "Pass an instance, not a class, that has them.",
        )
    _registered[model_type] = adapter


def adapter_for(model_type: str, called: str) -> Adapter:
    """The adapter of a family; a shipped one cannot be replaced by a third party."""
    if model_type in _shipped():
        return import_module(f"{__name__}.{model_type}").ADAPTER
    if model_type in _registered:
        return _registered[model_type]
    for entry in entry_points(group=GROUP, name=model_type):
        return entry.load()
    raise UnsupportedModel(
        called,
        f"a model of type {model_type!r}",
        "there is no adapter for this family",
        f"Use one of: {', '.join(families())}; or register an adapter (entry point {GROUP}, or "
        "mobtheory.models.register_adapter).",
    )
