"""Vision-language models: load one, capture its tokens at a layer, prune them there.

Nothing here needs PyTorch or Transformers until a name is used (extra ``models``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mobtheory.models.lazy_extra import lazy_names

if TYPE_CHECKING:
    from mobtheory.models import embedded as embedded
    from mobtheory.models.capturing import capture as capture
    from mobtheory.models.loading import load as load
    from mobtheory.models.prune import prune_at_layer as prune_at_layer
    from mobtheory.models.pruned_call import Pruning as Pruning
    from mobtheory.models.submodel import Rest as Rest
    from mobtheory.models.submodel import rest_of_network as rest_of_network
    from mobtheory.models.tokens import Spans as Spans
    from mobtheory.models.tokens import TokenCloud as TokenCloud
    from mobtheory.models.vision_language import VisionLanguageModel as VisionLanguageModel

_HOMES = {
    "Pruning": "mobtheory.models.pruned_call",
    "Rest": "mobtheory.models.submodel",
    "Spans": "mobtheory.models.tokens",
    "TokenCloud": "mobtheory.models.tokens",
    "VisionLanguageModel": "mobtheory.models.vision_language",
    "capture": "mobtheory.models.capturing",
    "load": "mobtheory.models.loading",
    "prune_at_layer": "mobtheory.models.prune",
    "rest_of_network": "mobtheory.models.submodel",
}
_lazy = lazy_names(__name__, _HOMES)

__all__ = [
    "Pruning",
    "Rest",
    "Spans",
    "TokenCloud",
    "VisionLanguageModel",
    "capture",
    "embedded",
    "load",
    "prune_at_layer",
    "rest_of_network",
]


def __getattr__(name: str) -> Any:
    return import_module(f"{__name__}.embedded") if name == "embedded" else _lazy(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
