"""Vision-language models: load one, capture its tokens at a layer, prune them there.

Nothing here needs PyTorch or Transformers until a name is used (extra ``models``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mobtheory.models.lazy_extra import lazy_names

if TYPE_CHECKING:
    from mobtheory.models import embedded as embedded
    from mobtheory.models.adapters import register_adapter as register_adapter
    from mobtheory.models.capturing import capture as capture
    from mobtheory.models.certifying import LayerCertificate as LayerCertificate
    from mobtheory.models.certifying import certify_pruning as certify_pruning
    from mobtheory.models.fingerprint import weights_fingerprint as weights_fingerprint
    from mobtheory.models.layer_call import LayerCall as LayerCall
    from mobtheory.models.layer_call import read_layer as read_layer
    from mobtheory.models.layer_pass import LayerPass as LayerPass
    from mobtheory.models.lipschitz import LipschitzEvidence as LipschitzEvidence
    from mobtheory.models.lipschitz import load_witness as load_witness
    from mobtheory.models.lipschitz import measure_lipschitz as measure_lipschitz
    from mobtheory.models.loading import load as load
    from mobtheory.models.prune import prune_at_layer as prune_at_layer
    from mobtheory.models.pruned_call import Pruning as Pruning
    from mobtheory.models.submodel import Rest as Rest
    from mobtheory.models.submodel import rest_of_network as rest_of_network
    from mobtheory.models.tokens import Spans as Spans
    from mobtheory.models.tokens import TokenCloud as TokenCloud
    from mobtheory.models.vision_language import VisionLanguageModel as VisionLanguageModel

_HOMES = {
    "LipschitzEvidence": "mobtheory.models.lipschitz",
    "LayerCall": "mobtheory.models.layer_call",
    "LayerCertificate": "mobtheory.models.certifying",
    "LayerPass": "mobtheory.models.layer_pass",
    "Pruning": "mobtheory.models.pruned_call",
    "Rest": "mobtheory.models.submodel",
    "Spans": "mobtheory.models.tokens",
    "TokenCloud": "mobtheory.models.tokens",
    "VisionLanguageModel": "mobtheory.models.vision_language",
    "capture": "mobtheory.models.capturing",
    "certify_pruning": "mobtheory.models.certifying",
    "load": "mobtheory.models.loading",
    "load_witness": "mobtheory.models.lipschitz",
    "measure_lipschitz": "mobtheory.models.lipschitz",
    "prune_at_layer": "mobtheory.models.prune",
    "read_layer": "mobtheory.models.layer_call",
    "register_adapter": "mobtheory.models.adapters",
    "rest_of_network": "mobtheory.models.submodel",
    "weights_fingerprint": "mobtheory.models.fingerprint",
}
_lazy = lazy_names(__name__, _HOMES)

__all__ = [
    "LayerCall",
    "LayerCertificate",
    "LayerPass",
    "LipschitzEvidence",
    "Pruning",
    "Rest",
    "Spans",
    "TokenCloud",
    "VisionLanguageModel",
    "capture",
    "certify_pruning",
    "embedded",
    "load",
    "load_witness",
    "measure_lipschitz",
    "prune_at_layer",
    "rest_of_network",
    "weights_fingerprint",
]


def __getattr__(name: str) -> Any:
    return import_module(f"{__name__}.embedded") if name == "embedded" else _lazy(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
