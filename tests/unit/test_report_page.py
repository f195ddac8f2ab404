"""The page: well formed, self-contained, escaped, and saying first what was found."""

import re
from html.parser import HTMLParser

import pytest

from mobtheory.report.page import page

from .sample_reports import sample_document

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Checks the nesting of tags and keeps elements, ids, links and text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.errors, self.words = [], [], [], []
        self.feed(text)
        self.close()
        self.errors += [f"{tag} is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if len(attrs) != len(dict(attrs)):
            self.errors.append(f"{tag} repeats an attribute")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"{tag} closes nothing")

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    def values(self, attribute):
        return [attrs[attribute] for _, attrs in self.elements if attribute in attrs]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module", params=[False, True], ids=["without-tokens", "with-tokens"])
def document(request):
    return sample_document(tokens=request.param)


@pytest.fixture(scope="module")
def html(document):
    return page(document)


@pytest.fixture(scope="module")
def reader(html):
    return Reader(html)


def test_tags_nest_and_ids_are_unique(reader):
    assert reader.errors == []
    ids = reader.values("id")
    assert len(ids) == len(set(ids))


def test_nothing_comes_from_the_network_and_nothing_runs(html, reader):
    assert not re.search(r"https?://|//[a-z]+\.|@import|url\(", html)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in reader.elements}
    assert not [name for _, attrs in reader.elements for name in attrs if name.startswith("on")]


def test_links_lead_somewhere(reader):
    targets = {f"#{id}" for id in reader.values("id")} | {"audit.json"}
    assert set(reader.values("href")) <= targets


def test_every_drawing_is_titled_and_described(reader):
    ids = set(reader.values("id"))
    drawings = [attrs for tag, attrs in reader.elements if tag == "svg"]
    assert len(drawings) >= 4
    for attrs in drawings:
        assert set(attrs["aria-labelledby"].split()) <= ids
        assert attrs["role"] in {"img", "group"}


def test_every_refuted_claim_has_its_counterexample_drawn(document, reader):
    refuted = {c["id"] for c in document["claims"] if c["verdict"] == "REFUTED"}
    assert len(refuted) == 7
    drawn = {attrs["aria-labelledby"] for tag, attrs in reader.elements if tag == "svg"}
    assert {f"counterexample-{id}-title counterexample-{id}-description" for id in refuted} <= drawn
    for finding in document["claims"]:
        if finding["counterexample"]:
            assert " ".join(finding["counterexample"].split()) in reader.text


def test_every_claim_is_shown_in_full(document, reader):
    articles = {attrs["id"] for tag, attrs in reader.elements if tag == "article"}
    assert articles == {c["id"] for c in document["claims"]}
    for finding in document["claims"]:
        for key in ("title", "source", "statement", "reason", "formula", "latex", "verdict_text"):
            if finding[key]:
                assert " ".join(finding[key].split()) in reader.text


def test_the_first_screen_says_what_was_found(document, html):
    opening = Reader(html[html.index("<header>") : html.index("</header>") + 9]).text
    counts = {}
    for finding in document["claims"]:
        printed = not finding["source"].startswith(("repair", "extension"))
        key = (printed, finding["verdict"])
        counts[key] = counts.get(key, 0) + 1
    paper = sum(n for (printed, _), n in counts.items() if printed)
    assert f"{paper} claims of the paper: {counts[True, 'PROVED']} true;" in opening
    assert f"{counts[True, 'DOMINATED']} true but dominated" in opening
    assert f"{counts[True, 'VACUOUS']} vacuous" in opening
    assert f"{counts[True, 'REFUTED']} false" in opening
    assert f"{counts[True, 'UNSATISFIABLE']} about nothing" in opening
    assert f"{len(document['claims']) - paper} repairs and extensions" in opening
    drawn = sum(c["total"]["drawn"] for c in document["claims"])
    assert f"{drawn:,}".replace(",", " ") in opening


def test_tokens_are_shown_or_said_not_to_be(document, reader):
    if document["tokens"]["run"]:
        assert "real-tokens-title" in reader.values("id")
        share = document["tokens"]["spaces"]["raw"]["rates"][0]["bounds"]["lemma-2"]
        assert share["no_better_than_nothing"] == 1
        assert "lemma-2 100 %" in reader.text
    else:
        assert "Not run: left out on request" in reader.text


def test_disagreement_is_on_the_first_screen():
    document = sample_document()
    finding = next(c for c in document["claims"] if c["id"] == "lemma-2")
    finding.update(outcome="contradicts", outcome_reason="violated on 3 of 40 inputs")
    document.update(ok=False, exit_status=1)
    html = page(document)
    opening = Reader(html[html.index("<header>") : html.index("</header>") + 9]).text
    assert "does not agree with the registry" in opening
    assert "lemma-2 contradicts the registry: violated on 3 of 40 inputs" in opening
    assert "agrees with the registered" not in opening


def test_agreement_is_on_the_first_screen():
    document = sample_document()
    for finding in document["claims"]:
        finding["outcome"] = "agrees"
    assert "Everything that was found agrees" in Reader(page(document)).text


HOSTILE = "<script>alert('x')</script> & \"quoted\" ]]> </style></svg> é∞"


def _hostile(value, fixed=()):
    """Every free text of a report replaced by markup."""
    if isinstance(value, dict):
        return {key: item if key in fixed else _hostile(item, fixed) for key, item in value.items()}
    if isinstance(value, list):
        return [_hostile(item, fixed) for item in value]
    return HOSTILE if isinstance(value, str) and value not in {"inf", "-inf"} else value


def test_all_text_is_escaped():
    harmless = Reader(page(sample_document(tokens=True)))
    kept = ("verdict", "outcome", "kind", "id", "uses", "dominated_by", "repaired_by")
    hostile = Reader(page(_hostile(sample_document(tokens=True), kept)))
    assert hostile.errors == []
    assert "script" not in {tag for tag, _ in hostile.elements}
    assert len([t for t, _ in hostile.elements if t == "svg"]) == len(
        [t for t, _ in harmless.elements if t == "svg"]
    )
    assert HOSTILE in hostile.text


def test_a_hostile_id_stays_text():
    document = sample_document()
    document["claims"] = [{**document["claims"][0], "id": HOSTILE, "uses": [HOSTILE]}]
    reader = Reader(page(document))
    assert reader.errors == []
    assert "script" not in {tag for tag, _ in reader.elements}


def test_the_same_data_give_the_same_page_whatever_the_run_took(document, html):
    assert page({**document, "seconds": {"grids": 123.0}}) == html
