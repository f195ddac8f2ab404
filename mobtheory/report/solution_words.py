"""What a solution says, in the words that the table and the figure share."""

import math
from typing import Any

from mobtheory.report.numbers import as_float, show_fine, show_interval, show_share

OBJECTIVES = {
    "radius": "max{d_H(S_p, P), d_H(S_v, V)}",
    "union": "max{d_H(S_p, P), h(V → S)}",
    "k-center": "h(V → S)",
}
METHODS = {
    "mob": "MoB",
    "repaired-truncation": "repaired truncation",
    "farthest-point": "farthest points",
    "greedy-front": "greedy front",
}
_STOPPED = {"time-limit": "time limit", "interrupted": "interrupted"}


def objective_of(radii: dict[str, Any], objective: str) -> float:
    """The value of an objective, from the radii of a selection."""
    if objective == "radius":
        value = as_float(radii["radius"])
    elif objective == "union":
        value = max(_number(radii["prompt_radius"]), _number(radii["union_radius"]))
    else:
        value = as_float(radii["union_radius"])
    return _number(value)


def bracket_words(found: dict[str, Any]) -> str:
    """The optimum, or the interval that holds it and why it is no more than that."""
    if found["status"] == "optimal":
        return f"optimal: {show_fine(found['upper'])}"
    low, high = show_interval(found["lower"], found["upper"])
    why = _STOPPED[found["status"]]
    return f"between {low} and {high} (gap {show_share(found['gap'])}, {why})"


def bracket_told(lower: float, upper: float) -> str:
    """A bracket while it shrinks."""
    low, high = show_interval(lower, upper)
    return f"{low} to {high} (gap {show_share(relative_gap(lower, upper))})"


def relative_gap(lower: float, upper: float) -> float:
    """(upper - lower) / upper, 0 for a closed bracket and 1 for one without an upper end."""
    if lower == upper:
        return 0.0
    return 1.0 if math.isinf(upper) else (upper - lower) / upper


def front_title(front: dict[str, Any]) -> str:
    """Whether a front is exact, and how far it may be from the exact one if not."""
    count = len(front["points"])
    points = f"{count} point{'' if count == 1 else 's'}"
    if front["status"] == "optimal":
        return f"The exact front: {points}"
    factor = _number(front["factor"])
    within = f"within {show_share(factor - 1)} of the exact one"
    if math.isinf(factor):
        within = "its distance to the exact one unknown"
    if front["status"] == "approximate":
        return f"An approximate front: {points}, {within}"
    proven = sum(point["status"] == "optimal" for point in front["points"])
    return f"The front at the time limit: {proven} of {points} proven, {within}"


def front_trust(front: dict[str, Any]) -> str:
    """How many points rest on the word of a solver; empty if none does."""
    points = front["points"]
    trusting = [point["solver"] for point in points if point["solver"]]
    if not trusting:
        return ""
    solvers = ", ".join(sorted(set(trusting)))
    return f"{len(trusting)} of {len(points)} points: the word of {solvers} is trusted."


def tokens_words(document: dict[str, Any], *, longest: int | None = None) -> str:
    """The file, its sizes and how distances are measured; a name above `longest` is cut."""
    given, budget = document["input"], document["options"]["budget"]
    count, dimension = given["visual"]["shape"]
    sizes = [f"N = {count}"]
    if given["prompt"] is not None:
        sizes.append(f"L = {given['prompt']['shape'][0]}")
    sizes += [f"d = {dimension}", f"K = {budget}"]
    name = given["file"]
    if longest is not None and len(name) > longest:
        name = f"{name[: longest - 13]}…{name[-12:]}"
    return f"{name}: {', '.join(sizes)}; {unit_words(given)}"


def unit_words(given: dict[str, Any]) -> str:
    """The distance in which radii are measured."""
    return f"{given['metric']} distance{' of unit tokens' if given['normalize'] else ''}"


def method_words(name: str) -> str:
    """A greedy rule as people call it."""
    return METHODS.get(name, name)


def excess_words(value: float, found: dict[str, Any]) -> str:
    """By how much a greedy radius exceeds the optimum: a share, or the two that bracket it."""
    if value == float("inf"):
        return "∞"
    low, high = found["lower"], found["upper"]
    if value <= high == low or value == 0:
        return "0 %"
    least = show_share(max(value / high - 1, 0.0)) if high else "∞"
    if high == low:
        return f"+{least}" if high else "∞"
    most = show_share(value / low - 1) if low else "∞"
    return f"+{least} to +{most}"


def certificate_words(certificate: dict[str, Any] | None) -> str:
    """What proves the lower end, and what the separate verifier says."""
    if certificate is None:
        return "Lower end: without a certificate."
    kinds = {
        "trivial": "distances are not negative",
        "packing": "a packing",
        "dual": "a fractional packing in whole numbers",
        "search": "a complete case distinction",
        "solver": f"the word of {certificate['solver']}, which is trusted",
    }
    return f"Lower end: {kinds[certificate['kind']]}; {_checked(certificate)}."


def _checked(certificate: dict[str, Any]) -> str:
    if certificate["confirmed"]:
        return "confirmed by the separate verifier"
    if certificate["confirmed_given_trust"]:
        return "the separate verifier confirms the rest"
    return f"NOT confirmed by the separate verifier ({certificate['reason']})"


def _number(value: float | str | None) -> float:
    found = as_float(value)
    return float("inf") if found is None else found
