"""How far prompt and image lie apart: per layer, and whether there are two clusters of inputs."""

from mobtheory.experiments.coupling.chosen_layers import chosen_layers as chosen_layers
from mobtheory.experiments.coupling.experiment import CouplingReport as CouplingReport
from mobtheory.experiments.coupling.experiment import measure_coupling as measure_coupling
