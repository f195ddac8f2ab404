"""Assumption 1 on a model: sampled ratios, witnesses, experiments at d_H = 0, the repair."""

from mobtheory.models.lipschitz.evidence import FamilyRatios as FamilyRatios
from mobtheory.models.lipschitz.evidence import LipschitzEvidence as LipschitzEvidence
from mobtheory.models.lipschitz.measuring import measure_lipschitz as measure_lipschitz
from mobtheory.models.lipschitz.witness import Witness as Witness
from mobtheory.models.lipschitz.witness import load_witness as load_witness
