"""What a claim is confronted with: a pruning, a run of Algorithm 1, a row of attention, a layer.

Every class can be built from any pair of clouds with ``from_clouds``: small grids, adversarial
clouds and real tokens take the same way.  Quantities that several claims share are cached.
"""

from mobtheory.claims.instances.attention_pruning import AttentionPruning as AttentionPruning
from mobtheory.claims.instances.budget_run import BudgetRun as BudgetRun
from mobtheory.claims.instances.greedy_run import GreedyRun as GreedyRun
from mobtheory.claims.instances.head_pruning import HeadPruning as HeadPruning
from mobtheory.claims.instances.layer_pruning import LayerPruning as LayerPruning
from mobtheory.claims.instances.layer_pruning import StackPruning as StackPruning
from mobtheory.claims.instances.line_pruning import LinePruning as LinePruning
from mobtheory.claims.instances.line_pruning import LinePruningMap as LinePruningMap
from mobtheory.claims.instances.multiset_pair import MultisetPair as MultisetPair
from mobtheory.claims.instances.pruning import MapPruning as MapPruning
from mobtheory.claims.instances.pruning import Pruning as Pruning
from mobtheory.claims.instances.regular_set import RegularSet as RegularSet
from mobtheory.claims.instances.repeated_picture import RepeatedPicture as RepeatedPicture
from mobtheory.claims.instances.row_pruning import RowPruning as RowPruning
from mobtheory.claims.instances.seeded_run import SeededRun as SeededRun
from mobtheory.claims.instances.sizes import Sizes as Sizes
from mobtheory.claims.instances.split_run import SplitRun as SplitRun
from mobtheory.claims.instances.tokens import EPS as EPS
from mobtheory.claims.instances.tokens import measured_tokens as measured_tokens
from mobtheory.claims.instances.weighted_seeded_run import WeightedSeededRun as WeightedSeededRun
