"""Model families, one file each, found by ``config.model_type``."""

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from mobtheory.errors import UnsupportedModel
from mobtheory.models.adapters._base import Adapter

__all__ = ["Adapter", "adapter_for", "families"]

GROUP = "mobtheory.adapters"


def _shipped() -> set[str]:
    return {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}


def families() -> tuple[str, ...]:
    """The ``config.model_type`` of every family that has an adapter, sorted."""
    return tuple(sorted(_shipped() | {entry.name for entry in entry_points(group=GROUP)}))


def adapter_for(model_type: str, called: str) -> Adapter:
    """The adapter of a family; a shipped one cannot be replaced by a third party."""
    if model_type in _shipped():
        return import_module(f"{__name__}.{model_type}").ADAPTER
    for entry in entry_points(group=GROUP, name=model_type):
        return entry.load()
    raise UnsupportedModel(
        called,
        f"a model of type {model_type!r}",
        "there is no adapter for this family",
        f"Use one of: {', '.join(families())}; or register an adapter (entry point {GROUP}).",
    )
