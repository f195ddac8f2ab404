"""Search by Hypothesis: it draws instances of a claim and steers them towards a violation."""

import warnings
from math import isfinite

from mobtheory.claims.clouds import CLOUD_FAMILIES
from mobtheory.errors import MissingExtra
from mobtheory.experiments.draws import NO_RATIO, NOT_MET, Draw, Points, Trial
from mobtheory.experiments.trials import Trials

LANES = ("exact", "adversarial")
_SMALL_FAMILIES = tuple(name for name in CLOUD_FAMILIES if name != "token-like")
HOW = "targeted draws"


class _Enough(BaseException):
    """The stage is over; no failure, which Hypothesis would try to explain."""


def is_available() -> bool:
    """Whether Hypothesis is installed, which the core does not ask for."""
    try:
        import mobtheory.strategies  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except MissingExtra:
        return False
    return True


def target_closeness(trials: Trials, lane: str, count: int, seed: int) -> None:
    """Draw up to `count` instances of a lane as `mobtheory.strategies.instances` draws them.

    Parameters
    ----------
    trials : the ledger; every draw goes there
    lane : "exact" or "adversarial"
    count : number of draws
    seed : the same seed gives the same draws

    Raises
    ------
    MissingExtra
        If Hypothesis is not installed.
    """
    from mobtheory import strategies  # first, as it says what is missing

    from hypothesis import HealthCheck, Phase, given, settings, target  # isort: skip
    from hypothesis import seed as seeded  # isort: skip
    from mobtheory.strategies.clouds import SEEDS

    goes_on = trials.allowance(count)
    # Witnesses are read by people and stored: no clouds of dozens of tokens.
    pairs = (
        strategies.cloud_pairs(lane=lane)
        if lane == "exact"
        else strategies.adversarial_clouds(families=_SMALL_FAMILIES)
    )

    @seeded(seed)
    @settings(
        max_examples=count,
        phases=(Phase.generate, Phase.target),
        database=None,
        deadline=None,
        suppress_health_check=(
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ),
    )
    @given(pairs, SEEDS)
    def search(pair: tuple[Points, Points], number: int) -> None:
        if not goes_on():
            raise _Enough
        target(_observed(trials.run(Draw(*pair, number), HOW)), label="closeness")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Hypothesis about its own cache and the like
        try:
            search()
        except _Enough:
            return


def _observed(trial: Trial) -> float:
    """`Trial.closeness` on one finite scale."""
    rank, value = trial.closeness
    if rank == NOT_MET:
        return -2000.0 + value
    if rank == NO_RATIO:
        return -1000.0 + (max(value, -900.0) if isfinite(value) else -900.0)
    return min(value, 1e6)
