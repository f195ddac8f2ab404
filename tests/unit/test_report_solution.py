"""A solution as figure, table and files: what is proven and what is not, beside greedy rules."""

import io
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.report import read_solution, to_json, write_solution
from mobtheory.report.documents import SOLUTION
from mobtheory.report.figures import solution_figure
from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.standalone import standalone
from mobtheory.report.numbers import show_interval
from mobtheory.report.solution_tables import solution_view
from mobtheory.report.solution_words import bracket_words, excess_words

from .sample_solutions import front_document, open_bracket, solution_document

FILES = {"solution.json", "solution.svg"}
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script> & \"quoted\" ]]> </style></svg> é∞"
SAMPLES = [
    solution_document,
    lambda: solution_document("k-center"),
    open_bracket,
    front_document,
    lambda: front_document("optimal", 1.0),
    lambda: front_document("approximate", "inf"),
]


def _contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _printed(document, width=80):
    out = io.StringIO()
    view = solution_view(document, width)
    Console(file=out, width=width).print(view, highlight=False, markup=False)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in out.getvalue()
    return " ".join(out.getvalue().split())


def _read(document):
    return ElementTree.fromstring(str(solution_figure(document)))


def _texts(root):
    return [element.text for element in root.iter("text")]


# numbers ---------------------------------------------------------------------------------


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_an_interval_is_rounded_outwards_and_shows_its_length(one, other):
    low, high = sorted((one, other))
    told = [Decimal(end) for end in show_interval(low, high)]
    if low == high:
        assert told[0] == told[1]
        return
    assert told[0] <= Decimal(low) < Decimal(high) <= told[1]
    unit = Decimal(1).scaleb(Decimal(high).adjusted() - 16)
    assert told[1] - told[0] <= max(3 * (Decimal(high) - Decimal(low)), 2 * unit)


@given(st.floats(0.1, 1), st.floats(0.1, 1), st.integers(-300, 300))
def test_an_interval_of_any_scale_is_short_and_rounded_outwards(one, other, power):
    low, high = (end * 10.0**power for end in sorted((one, other)))
    told = show_interval(low, high)
    assert max(map(len, told)) <= 24
    if low < high:
        assert Decimal(told[0]) <= Decimal(low) < Decimal(high) <= Decimal(told[1])


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5))
def test_an_axis_between_values_holds_them_and_labels_its_ticks_apart(values):
    axis = Axis.between(values, 100.0, 0.0)
    assert axis.low <= min(values) * (1 + 1e-9)
    assert axis.high >= max(values) * (1 - 1e-9)
    assert axis.low >= 0
    assert 2 <= len(axis.ticks) <= 12
    assert len(set(axis.tick_labels)) == len(axis.ticks)
    for tick, told in zip(axis.ticks, axis.tick_labels, strict=True):
        assert float(told) == pytest.approx(tick, rel=1e-6, abs=1e-12)


# words -----------------------------------------------------------------------------------


def test_only_what_is_proven_is_called_optimal():
    assert "optimal" in _printed(solution_document())
    for status in ("time-limit", "interrupted"):
        document = open_bracket(status=status)
        words = _printed(document)
        assert "optimal" not in words
        assert bracket_words(document["solution"]) in words
        assert status.replace("-", " ") in words
        assert "optimal" not in " ".join(_texts(_read(document)))


def test_the_excess_of_a_greedy_rule_is_bracketed_like_the_optimum():
    closed = {"lower": 2.0, "upper": 2.0}
    assert excess_words(2.0, closed) == "0 %"
    assert excess_words(3.0, closed) == "+50 %"
    assert excess_words(float("inf"), closed) == "∞"
    assert excess_words(3.0, {"lower": 1.5, "upper": 2.0}) == "+50 % to +100 %"
    assert excess_words(2.0, {"lower": 1.5, "upper": 2.0}) == "+0 % to +33.3 %"
    assert excess_words(3.0, {"lower": 0.0, "upper": 2.0}) == "+50 % to +∞"
    assert excess_words(0.0, {"lower": 0.0, "upper": 0.0}) == "0 %"
    assert excess_words(1.0, {"lower": 0.0, "upper": 0.0}) == "∞"


@pytest.mark.parametrize(
    ("confirmed", "given_trust", "told"),
    [
        (True, True, "confirmed by the separate verifier"),
        (False, True, "the separate verifier confirms the rest"),
        (False, False, "NOT confirmed by the separate verifier (a gap)"),
    ],
)
def test_the_table_says_what_the_verifier_says(confirmed, given_trust, told):
    document = solution_document()
    document["solution"]["certificate"] = {
        "kind": "solver",
        "solver": "HiGHS 1.0",
        "confirmed": confirmed,
        "confirmed_given_trust": given_trust,
        "reason": "a gap",
    }
    words = _printed(document)
    assert "the word of HiGHS 1.0, which is trusted" in words
    assert told in words


def test_a_front_says_how_many_points_rest_on_the_word_of_a_solver():
    document = front_document()
    assert "trusted" not in _printed(document)
    point = document["front"]["points"][1]
    point["certificates"]["joint"], point["solver"] = "solver", "HiGHS 1.0"
    assert "1 of 3 points: the word of HiGHS 1.0 is trusted." in _printed(document)
    SOLUTION.require("a test", document)


# table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 120, 160])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_table_holds_every_rule_and_point(sample, width):
    document = sample()
    words = _printed(document, width)
    assert "tokens.npz: N = 40, L = 5, d = 6, K = 6" in words
    if document["front"] is None:
        for radii in (one["radii"] for one in (document["solution"], *document["greedy"])):
            assert width < 120 or f"{radii['pruning_distance']:.6g}" in words
        assert all(name in words for name in ("exact search", "of unit tokens"))
    else:
        for point in document["front"]["points"]:
            halves = point["selection"]
            sizes = f"{len(halves['prompt_centers'])} + {len(halves['visual_centers'])}"
            assert f"{sizes} {point['radii']['prompt_radius']:.6g}" in words
        assert "0.65 to 0.8" in words


# figure ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lower", [1.0, 0.999, 0.5, 0.0])
def test_the_bracket_is_drawn_to_scale_against_the_greedy_rules(lower):
    document = solution_document() if lower == 1 else open_bracket(lower)
    found, root = document["solution"], _read(document)
    ticks = [(t.get("x"), t.text) for t in root.iter("text") if t.get("class") == "small dim"]
    scale = [(float(x), float(told)) for x, told in ticks if re.fullmatch(r"[\d.]+", told)]
    (x0, v0), (x1, v1) = scale[0], scale[-1]
    assert v0 == 0

    def value(x):
        return v0 + (x - x0) * (v1 - v0) / (x1 - x0)

    marks = [
        [float(pair.split(",")[0]) for pair in p.get("points").split()]
        for p in root.iter("polygon")
    ]
    centers = [value((min(xs) + max(xs)) / 2) for xs in marks]
    greedy = [rule["radii"]["radius"] for rule in document["greedy"]]
    assert centers == pytest.approx([found["upper"], *greedy], abs=2e-3)
    bounds = [value(float(s.get("x1"))) for s in root.iter("line") if s.get("class") == "bound"]
    assert bounds == pytest.approx([found["lower"]], abs=2e-3)
    assert bracket_words(found) in " ".join(_texts(root))


def test_the_staircase_goes_through_the_points_with_brackets_below_the_unproven():
    document = front_document()
    root = _read(document)
    circles = [c for c in root.iter("circle") if c.find("title") is not None]
    places = [(float(c.get("cx")), float(c.get("cy"))) for c in circles]
    assert places == sorted(places)
    assert [c.get("class") for c in circles] == ["lane-tokens", "visual", "lane-tokens"]
    (stairs,) = [p for p in root.iter("path") if p.get("class") == "stairs"]
    corners, x, y = [], 0.0, 0.0
    for word in re.findall(r"[MHV][\d.,]+", stairs.get("d")):
        numbers = [float(n) for n in word[1:].split(",")]
        if word[0] == "M":
            x, y = numbers
        elif word[0] == "H":
            x = numbers[0]
        else:
            y = numbers[0]
        corners.append((x, y))
    (x0, y0), (x1, y1), (x2, y2) = places
    steps = [(x0, y0), (x1, y0), (x1, y1), (x2, y1), (x2, y2)]  # along before down
    assert len(corners) == len(steps) + 2
    for corner, step in zip(corners[1:-1], steps, strict=True):
        assert corner == pytest.approx(step, abs=0.06)
    assert corners[0][0] == pytest.approx(x0, abs=0.06)
    assert corners[0][1] < y0
    assert corners[-1][0] > x2
    # 0.7 lies midway between 0.5 and 0.9, and the bracket ends at 0.65 between 0.6 and 0.8.
    assert places[1][0] == pytest.approx((places[0][0] + places[2][0]) / 2, abs=0.06)
    (bar,) = [
        s for s in root.iter("line") if s.get("class") == "span" and s.get("x1") == s.get("x2")
    ]
    share = (float(bar.get("y1")) - places[1][1]) / (places[2][1] - places[1][1])
    assert share == pytest.approx(0.75, abs=2e-3)


@pytest.mark.parametrize("name", ["tokens.npz", "picture-" * 30 + ".safetensors"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_no_text_lies_outside_the_drawing(sample, name):
    document = sample()
    document["input"]["file"] = name
    root = _read(document)
    width, height = map(float, root.get("viewBox").split()[2:])
    for text in root.iter("text"):
        x, y, room = float(text.get("x")), float(text.get("y")), width
        if text.get("transform"):  # turned by a right angle
            x, y, room = y, x, height
        # About the width of a character of a sans-serif face of 13 (strong) and 12 px.
        wide = (7.2 if text.get("class") == "strong" else 6.2) * len(text.text)
        start = {"end": x - wide, "middle": x - wide / 2}.get(text.get("text-anchor"), x)
        assert start >= -4, text.text
        assert start + wide <= room + 4, text.text
        assert 0 <= y <= max(width, height)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_file_is_an_svg_of_its_own(sample):
    text = standalone(solution_figure(sample()))
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert "var(" not in text
    assert "none;" in text
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", text)
    style = root.find(f"{SVG}style").text
    classes = {c for e in root.iter() for c in (e.get("class") or "").split()}
    assert all(f".{name}" in style for name in classes), classes
    x, y, width, height = map(float, root.get("viewBox").split())
    ground = root.find(f"{SVG}rect")
    assert [float(ground.get(k)) for k in ("x", "y", "width", "height")] == [x, y, width, height]
    ids = {e.get("id") for e in root.iter()}
    assert set(root.get("aria-labelledby").split()) <= ids


@pytest.mark.parametrize("sample", [solution_document, front_document])
def test_all_text_is_escaped(sample):
    document = sample()
    document["input"]["file"] = HOSTILE[:25]
    for rule in document["greedy"]:
        rule["method"] = HOSTILE
    root = ElementTree.fromstring(standalone(solution_figure(document)))
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert any(HOSTILE[:25] in (e.text or "") for e in root.iter(f"{SVG}text"))
    assert any(HOSTILE in (e.text or "") for e in root.iter())
    assert HOSTILE[:25] in _printed(document, 400)


def test_a_greedy_rule_that_reaches_nothing_is_left_out_of_the_plane():
    document = front_document()
    before = len(list(_read(document).iter("polygon")))
    document["greedy"][0]["radii"]["visual_radius"] = "inf"
    assert len(list(_read(document).iter("polygon"))) == before - 1


def test_rules_far_from_the_front_stand_at_the_edge_and_the_figure_says_so():
    document = front_document()
    far = "marks at the edge lie beyond it"
    document["greedy"] = [{**document["greedy"][0], "method": "greedy-front"}]
    assert far not in _texts(_read(document))
    document["greedy"].append({**document["greedy"][0], "method": "mob"})
    document["greedy"][1]["radii"] = {**document["greedy"][0]["radii"], "visual_radius": 50.0}
    root = _read(document)
    assert far in _texts(root)
    (frame,) = [r for r in root.iter("rect") if r.get("class") == "frame"]
    marks = [p for p in root.iter("polygon") if p.get("class") == "lane-clouds" and len(p)]
    heights = [[float(pair.split(",")[1]) for pair in p.get("points").split()] for p in marks]
    assert [(min(h) + max(h)) / 2 for h in heights] == [float(frame.get("y"))]


# files -----------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path):
    """A folder with a solution of another file, and a file of the user's."""
    document = solution_document()
    document["input"]["file"] = "old.npz"
    write_solution(document, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path


def test_files_are_replaced_together_and_read_back(old):
    before = _contents(old)
    figure = write_solution(open_bracket(), old)
    assert figure == old / "solution.svg"
    after = _contents(old)
    assert set(after) == FILES | {"notes.txt"}
    assert after["notes.txt"] == before["notes.txt"]
    assert read_solution(old) == open_bracket()
    assert b"old.npz" in before["solution.svg"]
    assert b"old.npz" not in after["solution.svg"]


@pytest.mark.parametrize("failing_call", [1, 2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_between_the_files_leaves_the_old_ones(old, monkeypatch, failing_call, error):
    before, calls, rename = _contents(old), [], os.replace

    def replace(source, target):
        calls.append(target)
        if len(calls) == failing_call:
            raise error
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    wanted = KeyboardInterrupt
    if isinstance(error, OSError):
        wanted = ReportNotWritten
    with pytest.raises(wanted):
        write_solution(open_bracket(), old)
    assert len(calls) >= failing_call
    assert _contents(old) == before


@pytest.mark.parametrize("wrong", [None, 3, [], {}, {"schema": 1}])
def test_what_is_no_solution_is_refused_and_the_old_one_kept(old, wrong):
    before = _contents(old)
    with pytest.raises(InvalidProblem, match="no solution"):
        write_solution(wrong, old)
    assert _contents(old) == before


@pytest.mark.parametrize("text", ["", "[", "{}", '{"schema": NaN}', to_json({"schema": 1})[:-4]])
def test_a_damaged_file_is_refused(tmp_path, text):
    (tmp_path / "solution.json").write_text(text)
    with pytest.raises(InvalidProblem, match=r"solution"):
        read_solution(tmp_path)


def test_the_json_is_the_document(old):
    write_solution(front_document(), old)
    assert json.loads((old / "solution.json").read_text()) == front_document()
