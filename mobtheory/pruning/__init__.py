"""What pruning methods read: how far prompt and image lie apart, and what was calibrated on that.

The methods themselves come later; a coupling-aware one needs `couplings` and `read_calibration`.
"""

from mobtheory.pruning.calibration import CouplingCalibration as CouplingCalibration
from mobtheory.pruning.calibration import read_calibration as read_calibration
from mobtheory.pruning.coupling import MEASURES as MEASURES
from mobtheory.pruning.coupling import couplings as couplings
