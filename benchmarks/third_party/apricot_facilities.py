"""apricot: greedy facility location by three of its optimizers."""

from functools import cache

import numba
import numpy as np
from apricot import FacilityLocationSelection
from apricot.functions import facilityLocation

from benchmarks.third_party.claiming import claiming

PACKAGE = "apricot-select"
_AGAIN = dict.fromkeys(
    ("valid-selection", "duplicates", "budget-all", "monotone-radius"),
    "Where no row gains anything, the lazy optimizer leaves the row that it picks in its queue, "
    "and can pick it again.",
)
_CANCELS = {
    "two-approximation": "Nobody claims it. Besides, distances come from scalar products, which "
    "cancel far from the origin, so that distinct tokens may be one.",
    "permutation-equivariant": "Distances come from scalar products, which cancel far from the "
    "origin, so that everything ties.",
    "isometry-invariant": "Distances come from scalar products, which cancel far from the origin.",
}

numba.set_num_threads(1)

# apricot compiles its loops anew in every call, which takes seconds; the same loops are kept here,
# and compiled before anybody waits for them.
for _loop in ("calculate_gains", "calculate_gains_sieve"):
    setattr(facilityLocation, _loop, cache(getattr(facilityLocation, _loop)))
for _parallel in (False, True):
    facilityLocation.calculate_gains(facilityLocation.dtypes, _parallel, True, False)
facilityLocation.calculate_gains_sieve(facilityLocation.sieve_dtypes, True, True, False)


@claiming(package=PACKAGE, causes=_CANCELS)
def naive(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`FacilityLocationSelection` with ``optimizer="naive"``.

    Greedy selection is within 1 - 1/e of the best sum of similarities (Nemhauser et al. 1978);
    nobody claims a radius. Added here, as for the others: loops compiled once and not in each call.
    """
    return _ranking(visual, budget, "naive")


@claiming(package=PACKAGE, causes=_CANCELS | _AGAIN)
def lazy(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """The same with ``optimizer="lazy"``, which the class takes where none is given.

    It is documented to select the same items as the naive optimizer.
    """
    return _ranking(visual, budget, "lazy")


@claiming(package=PACKAGE, causes=_CANCELS | _AGAIN)
def two_stage(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """The same with ``optimizer="two-stage"``, which the documentation calls the default.

    It picks ten rows by the naive optimizer and the rest by the lazy one.
    """
    return _ranking(visual, budget, "two-stage")


def _ranking(visual: np.ndarray, budget: int, optimizer: str) -> np.ndarray:
    selection = FacilityLocationSelection(budget, metric="euclidean", optimizer=optimizer)
    return selection.fit(visual).ranking
