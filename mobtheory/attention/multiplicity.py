"""What forgetting how often a token occurs does to the attention mass."""

import math

from mobtheory.attention.numbers import as_number


def multiplicity_gap(kappa: float) -> float:
    """Bound how much visual mass moves when each visual token occurs kappa times and one is kept.

    Parameters
    ----------
    kappa : float
        How often every visual token occurs, at least 1; the paper's rates have N / K.

    Returns
    -------
    The largest shift of the mass, from 0 to 1: times ||o_V - o_P|| it is the largest error.

    Raises
    ------
    InvalidProblem
        If kappa is no number of at least 1.

    Notes
    -----
    (sqrt(kappa) - 1) / (sqrt(kappa) + 1) = tanh(log(kappa) / 4), attained at the mass
    sqrt(kappa) / (1 + sqrt(kappa)); extended theory, 4.3.

    Examples
    --------
    >>> round(multiplicity_gap(9.0), 12)
    0.5
    """
    return math.tanh(math.log(as_number("multiplicity_gap", "kappa", kappa, lowest=1.0)) / 4)


def multiplicity_shift(mass: float, kappa: float) -> float:
    """Compute how much visual mass moves when kappa equal visual tokens become one, exactly.

    Parameters
    ----------
    mass : float
        Visual attention mass m before pruning, from 0 to 1.
    kappa : float
        How often every visual token occurs, at least 1.

    Returns
    -------
    The shift of the mass, from 0 to `multiplicity_gap`.

    Raises
    ------
    InvalidProblem
        If the mass does not lie in [0, 1], or if kappa is no number of at least 1.

    Notes
    -----
    m - m / (m + kappa (1 - m)) = m (1 - m)(kappa - 1) / (m + kappa (1 - m)): the odds m / (1 - m)
    are divided by kappa; extended theory, 4.3.

    Examples
    --------
    >>> multiplicity_shift(0.75, 9.0)
    0.5
    """
    called = "multiplicity_shift"
    kappa = as_number(called, "kappa", kappa, lowest=1.0)
    mass = as_number(called, "mass", mass, highest=1.0)
    if mass in (0, 1):
        return 0.0
    # Divided by kappa, so that no product overflows.
    return mass * (1 - mass) * (1 - 1 / kappa) / (mass / kappa + (1 - mass))
