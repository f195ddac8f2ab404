"""What the figures show, read off from their shapes."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mobtheory as mob
from mobtheory.experiments.real_tokens import BOUNDS
from mobtheory.report.figures import (
    counterexample_figure,
    dependency_figure,
    margin_figure,
    token_figure,
    verdict_figure,
)
from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.layers import layer_numbers, order_columns

from .sample_reports import sample_document

POSITIVE = st.floats(1e-12, 1e12)


def _read(svg):
    return ElementTree.fromstring(str(svg))


def _texts(root):
    return [element.text for element in root.iter("text")]


def _finding(id):
    return next(c for c in sample_document()["claims"] if c["id"] == id)


@given(st.lists(POSITIVE, min_size=1, max_size=6))
def test_an_axis_keeps_the_order_and_its_ends(values):
    axis = Axis.around(values, 10.0, 90.0)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(10.0 <= place <= 90.0 for place in places)
    assert axis.low <= min(values) * (1 + 1e-9)
    assert axis.high >= max(values) * (1 - 1e-9)
    assert 2 <= len(axis.ticks) <= 12
    assert axis.place(-math.inf) == 10.0
    assert axis.place(math.inf) == 90.0


@given(POSITIVE, POSITIVE)
def test_a_logarithmic_axis_shows_equal_ratios_equally(one, other):
    axis = Axis.decades([one, other], 0.0, 100.0)
    decade = 100.0 / math.log10(axis.high / axis.low)
    apart = abs(math.log10(one / other)) * decade
    assert abs(axis.place(one) - axis.place(other)) == pytest.approx(apart, abs=1e-6)


def test_an_axis_of_nothing_still_stands():
    assert Axis.around([], 0.0, 1.0).place(0.5) == pytest.approx(0.5)


@given(
    st.dictionaries(
        st.integers(0, 8), st.lists(st.integers(0, 8), max_size=3), min_size=9, max_size=9
    )
)
def test_layers_put_every_node_behind_those_it_uses(drawn):
    uses = {node: [other for other in others if other < node] for node, others in drawn.items()}
    names = {str(node): [str(o) for o in others] for node, others in uses.items()}
    layers = layer_numbers(names)
    for node, others in names.items():
        assert layers[node] == max((layers[o] + 1 for o in others), default=0)
    edges = [(o, node) for node, others in names.items() for o in others]
    columns = order_columns(layers, edges)
    assert {n: i for i, column in enumerate(columns) for n in column} == layers


def test_a_circle_of_claims_does_not_hang():
    assert set(layer_numbers({"a": ["b"], "b": ["a"]})) == {"a", "b"}


def test_verdicts_show_each_claim_once_under_its_verdict():
    findings = sample_document()["claims"]
    root = _read(verdict_figure(findings))
    tiles = {a.get("href"): a.get("class") for a in root.iter("a")}
    assert tiles == {f"#{f['id']}": f"v-{f['verdict'].lower()}" for f in findings}
    refuted = sum(f["verdict"] == "REFUTED" for f in findings)
    assert f"{refuted} refuted" in _texts(root)


def test_a_disagreeing_claim_is_marked_in_words_and_a_prose_proof_by_its_edge():
    finding = _finding("lemma-2")
    plain = _read(verdict_figure([finding]))
    assert "lemma-2" in _texts(plain)
    marked = _read(
        verdict_figure([{**finding, "outcome": "contradicts", "verdict_text": "proved (prose)"}])
    )
    assert "! lemma-2" in _texts(marked)
    assert [r.get("class") for r in marked.iter("rect")] == ["tile broken", "hue"]


def test_dependencies_show_every_edge_of_the_registry():
    findings = sample_document()["claims"]
    root = _read(dependency_figure(findings))
    shown = {g.find("title").text for g in root.iter("g") if g.find("title") is not None}
    for finding in findings:
        for used in finding["uses"]:
            assert f"{used} is used by {finding['id']}" in shown
        if finding["dominated_by"]:
            assert f"{finding['id']} is dominated by {finding['dominated_by']}" in shown
        if finding["repaired_by"]:
            assert f"{finding['id']} is repaired by {finding['repaired_by']}" in shown


def test_dependency_nodes_do_not_overlap_and_uses_point_to_the_right():
    findings = sample_document()["claims"]
    root = _read(dependency_figure(findings))
    boxes = {}
    for node in (*root.iter("a"), *root.iter("g")):
        frame = node.find("rect")
        if frame is not None:
            x, y, w, h = (float(frame.get(k)) for k in ("x", "y", "width", "height"))
            boxes[node.find("text").text] = (x, y, x + w, y + h)
    assert {f["id"] for f in findings} <= set(boxes)
    names = list(boxes)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            a, b = boxes[one], boxes[other]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)
    for finding in findings:
        for used in finding["uses"]:
            assert boxes[used][2] < boxes[finding["id"]][0]


def test_a_claim_that_is_named_but_not_reported_has_a_broken_edge():
    root = _read(dependency_figure([_finding("lemma-2")]))
    broken = [g for g in root.iter("g") if g.find("rect") is not None]
    assert {g.find("text").text for g in broken} == {
        "assumption-1",
        "assumption-2",
        "geometry.domination",
    }
    assert all(g.find("rect").get("class") == "tile broken" for g in broken)


def test_a_claim_without_links_is_still_shown():
    alone = {**_finding("theorem-2.complexity"), "uses": []}
    assert "theorem-2.complexity" in _texts(_read(dependency_figure([alone])))


REFUTED = [c.id for c in mob.list_claims() if c.verdict is mob.Verdict.REFUTED]


@pytest.mark.parametrize("id", REFUTED)
def test_counterexamples_show_every_token_and_both_sides(id):
    finding = _finding(id)
    data = finding["counterexample_data"]
    root = _read(counterexample_figure(finding))
    classes = [e.get("class") for e in root.iter() if e.tag in {"circle", "polygon"}]
    legend = 1
    assert classes.count("half-p") == len(data["prompt_centers"]) + legend
    assert classes.count("half-v") == len(data["visual_centers"]) + legend
    kept = len(data["prompt_centers"]) + len(data["visual_centers"])
    assert classes.count("visual") == len(data["visual"]) - kept + legend
    assert classes.count("prompt") == len({p[0] for p in data["prompt"]}) + legend
    (sides,) = [t for t in _texts(root) if "right side" in t]
    assert re.fullmatch(r"left side \S+ > right side \S+", sides)
    shown = " ".join(_texts(root))
    assert all(distance["name"] in shown for distance in data["distances"])


@pytest.mark.parametrize("id", REFUTED)
def test_bars_on_the_line_end_at_their_pair_and_points_keep_their_order(id):
    finding = _finding(id)
    root = _read(counterexample_figure(finding))
    places = {}
    for mark in (*root.iter("circle"), *root.iter("polygon")):
        if mark.find("title") is not None:
            cx = mark.get("cx")
            if cx is None:
                xs = [float(p.split(",")[0]) for p in mark.get("points").split()]
                cx = (min(xs) + max(xs)) / 2
            places[float(mark.find("title").text)] = float(cx)
    ordered = [places[value] for value in sorted(places)]
    assert ordered == sorted(ordered)
    spans = [s for s in root.iter("line") if s.get("class") == "span"]
    for number, distance in enumerate(finding["counterexample_data"]["distances"]):
        bar = spans[3 * number]
        assert float(bar.get("x1")) == pytest.approx(places[distance["from"][0]], abs=0.1)
        assert float(bar.get("x2")) == pytest.approx(places[distance["to"][0]], abs=0.1)


def _in_space(points, prompt, kept):
    return {
        "id": "planted",
        "counterexample": "planted",
        "counterexample_data": {
            "visual": points,
            "prompt": prompt,
            "prompt_centers": [],
            "visual_centers": kept,
            "budget": 1,
            "left": "inf",
            "right": 0.0,
            "distances": [{"name": "h", "value": 5.0, "from": points[0], "to": prompt[0]}],
        },
    }


def test_in_the_plane_both_directions_have_one_scale():
    finding = _in_space([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]], [[3.0, 4.0]], [0])
    root = _read(counterexample_figure(finding))
    at = {c.find("title").text: c for c in root.iter("circle") if c.find("title") is not None}
    far, up = at["(4, 0)"], at["(0, 2)"]
    dx = float(far.get("cx")) - float(up.get("cx"))
    dy = float(far.get("cy")) - float(up.get("cy"))
    assert dy > 0  # y grows upwards
    assert dx / dy == pytest.approx(4 / 2, rel=1e-3)
    assert "left side ∞ > right side 0" in _texts(root)


@pytest.mark.parametrize("dimension", [2, 3, 7])
def test_one_point_in_any_dimension_can_be_drawn(dimension):
    point = [1.0] * dimension
    root = _read(counterexample_figure(_in_space([point], [point], [0])))
    notes = [text for text in _texts(root) if "projected" in (text or "")]
    assert len(notes) == (dimension > 2)


def test_a_projection_keeps_what_lies_in_a_plane():
    points = [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 3.0]]
    finding = _in_space(points, [[-1.0, -1.0, 0.0]], [])
    root = _read(counterexample_figure(finding))
    xy = {
        c.find("title").text: (float(c.get("cx")), float(c.get("cy")))
        for c in root.iter("circle")
        if c.find("title") is not None
    }
    base = math.dist(xy["(0, 0, 0)"], xy["(1, 1, 0)"])
    tall = math.dist(xy["(0, 0, 0)"], xy["(0, 0, 3)"])
    assert tall / base == pytest.approx(3 / math.sqrt(2), rel=1e-2)


def test_a_claim_without_points_has_no_drawing():
    assert counterexample_figure(_finding("geometry.domination")) is None


def test_margins_put_what_holds_left_of_the_line_and_what_fails_right_of_it():
    findings = sample_document()["claims"]
    root = _read(margin_figure(findings))
    (line,) = [s for s in root.iter("line") if s.get("class") == "bound"]
    at_one = float(line.get("x1"))
    marks = [m for m in root.iter() if (m.get("class") or "").startswith("lane-")]
    titled = [m for m in marks if m.find("title") is not None]
    expected = [
        (lane, tally["tightest_ratio"])
        for finding in findings
        for lane, tally in finding["inputs"].items()
        if tally["tightest_ratio"] is not None
    ]
    assert len(titled) == len(expected)
    for mark, (lane, shown) in zip(titled, expected, strict=True):
        ratio = math.inf if shown == "inf" else shown
        assert mark.get("class") == f"lane-{lane}"
        x = mark.get("cx") or mark.get("points").split(",")[0]
        x = float(x) if mark.tag == "circle" else float(x) + 0.9 * 3.6
        if ratio == 1:
            assert x == pytest.approx(at_one, abs=0.1)
        else:
            assert (x > at_one - 0.1) is (ratio > 1), (lane, ratio)


def test_a_claim_that_met_no_input_says_so():
    root = _read(margin_figure([_finding("lemma-3")]))
    assert "no input met the hypotheses" in _texts(root)


def test_tokens_are_drawn_where_a_model_took_part():
    tokens = sample_document(tokens=True)["tokens"]
    root = _read(token_figure(tokens))
    diamonds = [p for p in root.iter("polygon") if p.get("class") == "lane-tokens"]
    rows = [
        bound
        for space in tokens["spaces"].values()
        for name in BOUNDS
        for bound in (rate["bounds"][name] for rate in space["rates"])
    ]
    assert len(diamonds) == len(rows) == 24
    for panel, space in enumerate(tokens["spaces"].values()):
        lines = [s for s in root.iter("line") if s.get("class") == "bound"]
        nothing = float(lines[panel].get("x1"))
        for diamond, bound in list(zip(diamonds, rows, strict=True))[12 * panel : 12 * panel + 12]:
            xs = [float(p.split(",")[0]) for p in diamond.get("points").split()]
            beyond = bound["right_side"]["median"] > space["visual_to_prompt"]["median"]
            assert ((min(xs) + max(xs)) / 2 > nothing) is beyond
    assert token_figure({"run": False, "why": "no model"}) is None
