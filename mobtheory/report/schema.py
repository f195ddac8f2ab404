"""The JSON Schemas of the documents, and where a document departs from its own."""

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
def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of document, as it ships with the package.

    Parameters
    ----------
    kind : "audit", "solution" or "fuzz"

    Examples
    --------
    >>> schema_of("solution")["$id"]
    'urn:mobtheory:solution:1'
    """
    return json.loads((files("mobtheory.report") / f"{kind}.schema.json").read_text("utf-8"))


def audit_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``audit.json``, as it ships with the package.

    Examples
    --------
    >>> audit_schema()["$id"]
    'urn:mobtheory:audit:1'
    """
    return schema_of("audit")


def violations(document: Any, schema: dict[str, Any] | None = None) -> Iterator[str]:
    """Each place where `document` departs from a schema, and how.

    Parameters
    ----------
    document : what ``json.load`` returned
    schema : one of `schema_of`; default: that of a report

    Yields
    ------
    str

    Notes
    -----
    Knows the keywords that these schemas use, so that reading a report needs no further package;
    the tests compare it with a complete validator.

    Examples
    --------
    >>> list(violations([]))
    ['the document is no object']
    """
    root = audit_schema() if schema is None else schema
    return _Reader(root["$defs"]).violations(document, root, "the document")


class _Reader:
    """Finds violations of a schema with these definitions."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def violations(self, value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
        if "$ref" in rule:
            name = rule["$ref"].removeprefix("#/$defs/")
            yield from self.violations(value, self._definitions[name], place)
        options = rule.get("anyOf", ())
        if options and not any(self._fits(value, option, place) for option in options):
            yield from self.violations(value, options[-1], place)
        allowed = [rule["const"]] if "const" in rule else rule.get("enum")
        if allowed is not None and not any(_same(value, other) for other in allowed):
            yield f"{place} is none of {allowed}"
        kinds = rule.get("type", list(_TYPES))
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(_is(value, kind) for kind in kinds):
            yield f"{place} is no {' or '.join(kinds)}"
        elif isinstance(value, dict):
            yield from self._of_object(value, rule, place)
        elif isinstance(value, list):
            yield from self._of_array(value, rule, place)
        elif _is(value, "number") and not (
            rule.get("minimum", value) <= value <= rule.get("maximum", value)
        ):
            yield f"{place} is out of range"

    def _fits(self, value: Any, rule: dict[str, Any], place: str) -> bool:
        return next(self.violations(value, rule, place), None) is None

    def _of_object(self, value: dict[str, Any], rule: dict[str, Any], place: str) -> Iterator[str]:
        missing = (key for key in rule.get("required", ()) if key not in value)
        yield from (f"{place} has no {key!r}" for key in missing)
        for key, item in value.items():
            inner = rule.get("properties", {}).get(key, rule.get("additionalProperties", {}))
            if inner is False:
                yield f"{place} has an unknown {key!r}"
            else:
                yield from self.violations(item, inner, f"{place}[{key!r}]")

    def _of_array(self, value: list[Any], rule: dict[str, Any], place: str) -> Iterator[str]:
        if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
            yield f"{place} has {len(value)} items"
        for number, item in enumerate(value):
            yield from self.violations(item, rule.get("items", {}), f"{place}[{number}]")


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
