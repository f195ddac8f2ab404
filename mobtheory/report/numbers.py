"""Numbers as tables and figures print them."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

# Powers of ten between which Python prints a float without an exponent.
_PLAIN = -4, 16
_INFINITE = {"inf": math.inf, "-inf": -math.inf}


def as_float(value: float | str | None) -> float | None:
    """Read a number of the report, in which an infinite one is a word."""
    return _INFINITE[value] if isinstance(value, str) else value


def show(value: float | str | None) -> str:
    """Print a number with three significant digits, and a dash where nothing was measured.

    Examples
    --------
    >>> show(1234567), show(1234), show(-0.98765), show("inf"), show(None), show(12)
    ('1.23e+06', '1234', '-0.988', '∞', '–', '12')
    """
    number = as_float(value)
    if number is None:
        return "–"
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    return f"{number:.0f}" if 1e3 <= abs(number) < 1e5 else f"{number:.3g}"


def show_ratio(value: float | str | None) -> str:
    """Print a ratio; 1 only where the bound was reached and not merely approached.

    Examples
    --------
    >>> show_ratio(1.0), show_ratio(0.99999), show_ratio(1.00001), show_ratio(0.5)
    ('1', '>0.999', '>1', '0.5')
    """
    number = as_float(value)
    if number is not None and 0.9995 <= number < 1:
        return ">0.999"
    if number is not None and 1 < number < 1.005:
        return ">1"
    return show(number)


def show_share(share: float) -> str:
    """Print a share as a percentage; 0 % and 100 % only where they are exact.

    Examples
    --------
    >>> show_share(1.0), show_share(0.9999), show_share(0.375)
    ('100 %', '>99.9 %', '37.5 %')
    """
    if 0.9995 < share < 1:
        return ">99.9 %"
    if 0 < share < 0.0005:
        return "<0.1 %"
    return f"{100 * share:.3g} %"


def show_count(count: int) -> str:
    """Print a count with its thousands apart.

    Examples
    --------
    >>> show_count(12345)
    '12 345'
    """
    return f"{count:,}".replace(",", " ")


def show_fine(value: float | str | None) -> str:
    """Print a number with six significant digits, as far as it has them.

    Examples
    --------
    >>> show_fine(0.70071234), show_fine(12.0), show_fine("inf"), show_fine(None)
    ('0.700712', '12', '∞', '–')
    """
    number = as_float(value)
    return show(number) if number is None or math.isinf(number) else f"{number:.6g}"


def show_interval(low: float, high: float) -> tuple[str, str]:
    """Print both ends of an interval, rounded outwards, with digits that show its length.

    Ends too large or too small for plain digits have an exponent.

    Examples
    --------
    >>> show_interval(0.70012345, 0.71987654), show_interval(1.2114999, 1.2115001)
    (('0.7001', '0.7199'), ('1.21149989', '1.21150011'))
    >>> show_interval(1.25e200, 2e200), show_interval(0.0, 2e-200)
    (('1.25e+200', '2e+200'), ('0', '2e-200'))
    """
    if low == high or math.isinf(high):
        return show_fine(low), show_fine(high)
    ends = Decimal(low), Decimal(high)
    top = max(abs(ends[0]), abs(ends[1])).adjusted()
    told = ends
    for digits in range(4, 18):
        unit = Decimal(1).scaleb(top + 1 - digits)
        told = (
            ends[0].quantize(unit, ROUND_FLOOR),
            ends[1].quantize(unit, ROUND_CEILING),
        )
        if told[1] - told[0] <= (ends[1] - ends[0]) * 3 / 2:
            break
    form = "f" if _PLAIN[0] <= top < _PLAIN[1] else "g"
    low_told, high_told = (format(end.normalize(), form) for end in told)
    return low_told, high_told
