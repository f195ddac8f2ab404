"""Hypothesis strategies: point clouds, covering problems and inputs, maps, instances of claims.

Two lanes of inputs: small integer grids, drawn coordinate by coordinate so that they shrink and
squared distances stay exact, and clouds of realistic size, drawn as a family and a seed.
"""

from mobtheory.errors import MissingExtra

try:
    import hypothesis as _hypothesis  # noqa: F401  # pyright: ignore[reportUnusedImport]
except ModuleNotFoundError as error:
    if error.name != "hypothesis":
        raise
    raise MissingExtra(
        "import mobtheory.strategies",
        "no module hypothesis",
        "the strategies need Hypothesis, which the core of mobtheory does not",
        'Run pip install "mobtheory[test]".',
    ) from error

from mobtheory.strategies.cloud_kinds import CLOUD_KINDS as CLOUD_KINDS
from mobtheory.strategies.cloud_pairs import LANES as LANES
from mobtheory.strategies.cloud_pairs import cloud_pairs as cloud_pairs
from mobtheory.strategies.clouds import adversarial_clouds as adversarial_clouds
from mobtheory.strategies.clouds import point_clouds as point_clouds
from mobtheory.strategies.clouds import token_clouds as token_clouds
from mobtheory.strategies.exact_kinds import EXACT_KINDS as EXACT_KINDS
from mobtheory.strategies.inputs import CoveringInput as CoveringInput
from mobtheory.strategies.inputs import covering_inputs as covering_inputs
from mobtheory.strategies.instances import instances as instances
from mobtheory.strategies.layouts import LAYOUTS as LAYOUTS
from mobtheory.strategies.maps import CONTROL_KINDS as CONTROL_KINDS
from mobtheory.strategies.maps import LIPSCHITZ_KINDS as LIPSCHITZ_KINDS
from mobtheory.strategies.maps import control_maps as control_maps
from mobtheory.strategies.maps import lipschitz_maps as lipschitz_maps
from mobtheory.strategies.placements import PLACEMENTS as PLACEMENTS
from mobtheory.strategies.problems import covering_problems as covering_problems
from mobtheory.strategies.schedule import scheduled_cloud as scheduled_cloud
from mobtheory.strategies.selections import selections as selections
