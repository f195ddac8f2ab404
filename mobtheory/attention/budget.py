"""How many of the kept tokens the attention should choose, and how many the covering."""

import math
from dataclasses import dataclass
from typing import Literal

from mobtheory.attention.numbers import as_count, as_number
from mobtheory.attention.tail import TailFit
from mobtheory.geometry import CoveringRegularity

_LARGEST_LOGARITHM = 709.0
Rule = Literal["interior", "no-prompt"]


@dataclass(frozen=True)
class BudgetSplit:
    """The split of a budget that minimises the product of tail and covering radius.

    Parameters
    ----------
    prompt_budget, visual_budget : int
        K_p and K_v, K_p + K_v = K and K_v >= 1.
    interior : float
        The real K_p at which the product is least, clamped to [0, K - 1] and not yet rounded.
    rule : "interior" or "no-prompt"
        Whether K_p is the better neighbour of `interior` among 1 .. K - 1, or 0 because that is at
        least as good.
    bound : float
        tail(K_p) K_v^(-1/d), the product at the split; times 2 b'^(1/d) it bounds Phi.
    covering_radius : float or None
        (b' / K_v)^(1/d), if the dimension came as a measured law.
    within_range : bool or None
        Whether K_p and the covering radius lie within the ranges on which the two laws were
        measured; None if a law came as a bare number.

    Examples
    --------
    >>> budget_split(48, tail=1.0, dimension=1.0).prompt_budget
    24
    """

    prompt_budget: int
    visual_budget: int
    interior: float
    rule: Rule
    bound: float
    covering_radius: float | None
    within_range: bool | None


def budget_split(
    budget: int,
    *,
    tail: TailFit | float,
    dimension: CoveringRegularity | float,
    visual_mass: float = 1.0,
) -> BudgetSplit:
    """Split a budget between tokens that attention chooses and tokens that cover.

    Parameters
    ----------
    budget : int
        K, at least 1.
    tail : TailFit, or float
        The law of the tail of the prompt's attention; a bare gamma means k^-gamma.
    dimension : CoveringRegularity, or float
        The covering law of the visual tokens, or its exponent d > 0.
    visual_mass : float
        m_V, the tail at K_p = 0 and never exceeded.

    Returns
    -------
    BudgetSplit

    Raises
    ------
    InvalidProblem
        If the budget is no positive integer, if the dimension is not positive, or if the mass does
        not lie in [0, 1].

    Notes
    -----
    With the K_p heaviest tokens and K_v = K - K_p from farthest-point sampling seeded with them,
    Phi <= tail(K_p) 2 (b' / K_v)^(1/d). For a tail c K_p^-gamma the product is least at
    K_p = K gamma d / (1 + gamma d); for c e^(-K_p / tau) at K_v = tau / d. Its logarithm is convex
    in K_p >= 1, so the best such integer is next to that; it is compared with K_p = 0, where the
    tail is m_V whatever the law says. Extended theory, 9.8. The split optimises a bound: the least
    error may lie elsewhere. The bound needs the covering radius in the range of its law:
    `within_range`.

    Examples
    --------
    >>> split = budget_split(48, tail=TailFit("power", 1.0, 30.0, (1, 47)), dimension=1.0)
    >>> split.prompt_budget, split.rule
    (0, 'no-prompt')
    >>> split = budget_split(48, tail=TailFit("exponential", 1 / 16, 1.0, (1, 47)), dimension=2.0)
    >>> split.prompt_budget, split.visual_budget
    (40, 8)
    """
    called = "budget_split"
    budget = as_count(called, "budget", budget, 1, 2**53, why="it counts tokens")
    mass = as_number(called, "visual_mass", visual_mass, highest=1.0)
    regularity = dimension if isinstance(dimension, CoveringRegularity) else None
    exponent = as_number(
        called,
        "dimension",
        regularity.dimension if regularity else dimension,
        positive=True,
    )
    law = tail if isinstance(tail, TailFit) else _pure_power(called, tail, budget)
    interior = _interior(budget, law, exponent)
    # The logarithm of the product; log 0 = -inf where the prompt attends to no visual token.
    log_mass = math.log(mass) if mass else -math.inf

    def product(prompt: int) -> float:
        log_tail = log_mass
        if prompt:
            power = math.log(prompt) if law.kind == "power" else prompt
            log_tail = min(log_mass, math.log(law.constant) - law.exponent * power)
        return log_tail - math.log(budget - prompt) / exponent

    neighbours = {max(1, math.floor(interior)), max(1, math.ceil(interior))}
    # At a tie fewer prompt tokens: what attention chooses rests on the fitted tail.
    prompt = min(sorted(k for k in {0, *neighbours} if k < budget), key=product)
    visual = budget - prompt
    radius = _covering_radius(regularity, visual) if regularity else None
    return BudgetSplit(
        prompt,
        visual,
        interior,
        "interior" if prompt else "no-prompt",
        math.exp(product(prompt)),
        radius,
        _within(tail, regularity, prompt, radius),
    )


def _covering_radius(law: CoveringRegularity, count: int) -> float:
    log_radius = math.log(law.upper_constant / count) / law.dimension
    return math.exp(log_radius) if log_radius < _LARGEST_LOGARITHM else math.inf


def _pure_power(called: str, exponent: float, budget: int) -> TailFit:
    return TailFit("power", as_number(called, "tail", exponent), 1.0, (1, max(budget, 1)))


def _interior(budget: int, law: TailFit, dimension: float) -> float:
    """Where the product is least over the reals, clamped to what leaves a covering token."""
    if law.kind == "power":
        product = law.exponent * dimension
        prompt = budget * product / (1 + product) if product < math.inf else float(budget)
    else:
        rate = law.exponent * dimension
        prompt = budget - 1 / rate if rate > 0 else 0.0
    return min(max(prompt, 0.0), budget - 1.0)


def _within(
    tail: TailFit | float,
    regularity: CoveringRegularity | None,
    prompt: int,
    radius: float | None,
) -> bool | None:
    if not isinstance(tail, TailFit) or regularity is None or radius is None:
        return None
    low, high = regularity.radius_range
    counted = prompt == 0 or tail.count_range[0] <= prompt <= tail.count_range[1]
    return counted and low <= radius <= high
