"""A pruning whose tokens are read by softmax attention: what is kept, and where the rest goes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.pruning import Pruning


@dataclass(frozen=True, eq=False)
class AttentionPruning(Pruning):
    """A pruning read as attention reads it: visual tokens first, then the prompt, which stays."""

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """(n,), True for the tokens of S and of P."""
        kept = np.ones(self.problem.visual_count + self.problem.prompt_count, dtype=bool)
        kept[: self.problem.visual_count] = False
        kept[np.asarray(self.selection.indices, dtype=np.int64)] = True
        return kept

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """(n, n), between all tokens."""
        of = self.problem
        upper = np.concatenate([of.visual_visual, of.visual_prompt], axis=1)
        lower = np.concatenate([np.asarray(of.visual_prompt).T, of.prompt_prompt], axis=1)
        return np.concatenate([upper, lower])

    @cached_property
    def nearest(self) -> NDArray[np.int64]:
        """(n,), pi: the nearest kept token; a kept token goes to itself."""
        rows = np.flatnonzero(self.kept)
        nearest = rows[np.argmin(self.distances[:, rows], axis=1)]
        return np.where(self.kept, np.arange(len(self.kept)), nearest)

    @cached_property
    def to_kept(self) -> NDArray[np.float64]:
        """(n,), the distance of every token to S + P."""
        return self.distances[np.arange(len(self.kept)), self.nearest]

    def gathered(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,), at each kept token the sum of `amounts` over what is nearest to it; 0 elsewhere."""
        sums = np.bincount(self.nearest, weights=amounts, minlength=len(self.kept))
        return sums.astype(np.float64)
