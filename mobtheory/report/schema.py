"""The JSON Schema of a report, and where a document departs from it."""

import json
import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@cache
def audit_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``audit.json``, as it ships with the package.

    Examples
    --------
    >>> audit_schema()["$id"]
    'urn:mobtheory:audit:1'
    """
    return json.loads((files("mobtheory.report") / "audit.schema.json").read_text("utf-8"))


def violations(document: Any) -> Iterator[str]:
    """Each place where `document` departs from the schema of a report, and how.

    Parameters
    ----------
    document : what ``json.load`` returned

    Yields
    ------
    str

    Notes
    -----
    Knows the keywords that this schema uses, so that reading a report needs no further package;
    the tests compare it with a complete validator.

    Examples
    --------
    >>> list(violations([]))
    ['the document is no object']
    """
    return _violations(document, audit_schema(), "the document")


def _violations(value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
    if "$ref" in rule:
        name = rule["$ref"].removeprefix("#/$defs/")
        yield from _violations(value, audit_schema()["$defs"][name], place)
    if "anyOf" in rule and not any(_fits(value, option, place) for option in rule["anyOf"]):
        yield from _violations(value, rule["anyOf"][-1], place)
    allowed = [rule["const"]] if "const" in rule else rule.get("enum")
    if allowed is not None and not any(_same(value, other) for other in allowed):
        yield f"{place} is none of {allowed}"
    kinds = rule.get("type", list(_TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(_is(value, kind) for kind in kinds):
        yield f"{place} is no {' or '.join(kinds)}"
    elif isinstance(value, dict):
        yield from _object_violations(value, rule, place)
    elif isinstance(value, list):
        yield from _array_violations(value, rule, place)
    elif _is(value, "number") and not (
        rule.get("minimum", value) <= value <= rule.get("maximum", value)
    ):
        yield f"{place} is out of range"


def _fits(value: Any, rule: dict[str, Any], place: str) -> bool:
    return next(_violations(value, rule, place), None) is None


def _object_violations(value: dict[str, Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place} has no {key!r}" for key in rule.get("required", ()) if key not in value)
    for key, item in value.items():
        inner = rule.get("properties", {}).get(key, rule.get("additionalProperties", {}))
        if inner is False:
            yield f"{place} has an unknown {key!r}"
        else:
            yield from _violations(item, inner, f"{place}[{key!r}]")


def _array_violations(value: list[Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
        yield f"{place} has {len(value)} items"
    for number, item in enumerate(value):
        yield from _violations(item, rule.get("items", {}), f"{place}[{number}]")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False  # JSON has no such number
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and value == other
