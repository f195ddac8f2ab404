"""The JSON of a report follows its schema, by a complete validator and by the project's own."""

import json
from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator

from mobtheory.report import to_json
from mobtheory.report.schema import audit_schema, schema_of, violations

from .sample_reports import sample_document
from .sample_solutions import front_document, open_bracket, solution_document

KINDS = ("audit", "solution")
COMPLETE = Draft202012Validator(audit_schema())


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_a_schema(kind):
    Draft202012Validator.check_schema(schema_of(kind))
    assert schema_of(kind)["$id"] == f"urn:mobtheory:{kind}:1"


@pytest.mark.parametrize("tokens", [False, True])
def test_a_real_report_is_valid_also_after_json(tokens):
    document = json.loads(to_json(sample_document(tokens=tokens)))
    assert list(COMPLETE.iter_errors(document)) == []
    assert list(violations(document)) == []
    assert document == sample_document(tokens=tokens)


@pytest.mark.parametrize(
    "document",
    [
        *map(solution_document, ("radius", "union", "k-center")),
        open_bracket(),
        front_document(),
        front_document("approximate", "inf"),
    ],
)
def test_a_solution_is_valid_also_after_json(document):
    read = json.loads(to_json(document))
    assert list(Draft202012Validator(schema_of("solution")).iter_errors(read)) == []
    assert list(violations(read, schema_of("solution"))) == []
    assert read == document


def test_the_schema_of_solutions_names_every_status_kind_and_objective():
    from typing import get_args

    from mobtheory.covering.optimum.certificate import Kind
    from mobtheory.covering.optimum.result import Status
    from mobtheory.experiments.plain import RADII
    from mobtheory.experiments.solving import METHODS, OBJECTIVES
    from mobtheory.report import solution_words

    whole = schema_of("solution")
    parts = whole["$defs"]
    assert set(parts["certificate_kind"]["enum"]) == set(get_args(Kind))
    assert parts["objective"]["enum"] == list(OBJECTIVES) == list(solution_words.OBJECTIVES)
    states = set(parts["solution"]["properties"]["status"]["enum"])
    assert states == {*get_args(Status), "interrupted"}
    assert parts["radii"]["required"] == list(parts["radii"]["properties"]) == list(RADII)
    assert whole["properties"]["options"]["properties"]["method"]["enum"] == list(METHODS)


def test_the_schema_names_every_verdict_and_outcome():
    from typing import get_args

    from mobtheory.claims import Verdict
    from mobtheory.claims.claim import EvidenceKind
    from mobtheory.experiments.finding import Outcome

    parts = audit_schema()["$defs"]
    assert parts["verdict"]["enum"] == [verdict.name for verdict in Verdict]
    properties = parts["finding"]["properties"]
    assert set(properties["outcome"]["enum"]) == set(get_args(Outcome))
    assert set(parts["evidence"]["properties"]["kind"]["enum"]) == set(get_args(EvidenceKind))


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, item in items if isinstance(value, dict) else list(items)[:2]:
            yield from (
                _places(item, (*path, key)) if isinstance(item, dict | list) else [(*path, key)]
            )


def _small():
    """A report on one refuted claim, with tokens in one space at one rate."""
    document = sample_document(tokens=True)
    document["claims"] = [c for c in document["claims"] if c["id"] == "theorem-2.fps"]
    spaces = document["tokens"]["spaces"]
    del spaces["normalised"], spaces["raw"]["rates"][1:]
    return document


def _changed(document, path, change):
    broken = deepcopy(document)
    if not path:
        return change
    target = broken
    for key in path[:-1]:
        target = target[key]
    if change == "gone":
        del target[path[-1]]
    else:
        target[path[-1]] = change
    return broken


SAMPLES = {
    "audit": [_small],
    "solution": [solution_document, front_document],
}


@pytest.mark.parametrize("change", ["gone", None, True, -1, 0.5, 7.0, "inf", "word", [], {}])
@pytest.mark.parametrize(("kind", "sample"), [(k, s) for k in KINDS for s in SAMPLES[k]])
def test_both_validators_agree_on_every_small_change(kind, sample, change):
    document, schema = sample(), schema_of(kind)
    complete = Draft202012Validator(schema)
    refused = 0
    for path in _places(document):
        broken = _changed(document, path, change)
        valid = complete.is_valid(broken)
        assert (next(violations(broken, schema), None) is None) is valid, (path, change)
        refused += not valid
    assert refused > 20


def test_an_unknown_field_is_refused_where_it_stands():
    document = _small()
    document["claims"][0]["total"]["surprise"] = 1
    assert list(violations(document)) == [
        "the document['claims'][0]['total'] has an unknown 'surprise'"
    ]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_cannot_hold_are_refused(number):
    document = _small()
    document["claims"][0]["total"]["worst_margin"] = number
    assert list(violations(document))
