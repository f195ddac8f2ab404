"""How far prompt and image lie apart: per layer, and whether there are two clusters of inputs.

The statistics need neither PyTorch nor Transformers; what measures a model loads them on first use.
"""

from typing import TYPE_CHECKING

from mobtheory.experiments.coupling.chosen_layers import chosen_layers as chosen_layers
from mobtheory.experiments.coupling.two_clusters import TwoClusters as TwoClusters
from mobtheory.experiments.coupling.two_clusters import two_clusters as two_clusters
from mobtheory.models.lazy_extra import lazy_names

if TYPE_CHECKING:
    from mobtheory.experiments.coupling.experiment import CouplingReport as CouplingReport
    from mobtheory.experiments.coupling.experiment import measure_coupling as measure_coupling

_HOME = "mobtheory.experiments.coupling.experiment"
__getattr__ = lazy_names(__name__, {"CouplingReport": _HOME, "measure_coupling": _HOME})
