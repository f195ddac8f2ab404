"""Section 10 of the theory on the genuine layers of a model: one question a file.

`mobtheory model layers` calls `measure_layers`; everything here needs the extra ``models``.
"""

from mobtheory.experiments.layers.layers_report import LayersReport as LayersReport
from mobtheory.experiments.layers.running import measure_layers as measure_layers
