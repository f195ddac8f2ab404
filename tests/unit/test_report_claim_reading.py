"""One claim as it is read: in the terminal, on its page, with its picture."""

import re
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory.cli import app
from mobtheory.experiments import claim_reading
from mobtheory.report.claim_page import claims_page
from mobtheory.report.counterexample_text import counterexample_text
from mobtheory.report.line_scale import LineScale
from mobtheory.report.numbers import as_float, show
from mobtheory.report.tightness_words import tightness_words

REFUTED = [c for c in mob.list_claims() if c.verdict is mob.Verdict.REFUTED]


def run(*words, **options):
    return CliRunner().invoke(app, list(words), **options)


def test_a_refuted_claim_is_told_in_full():
    told = run("claims", "theorem-2.truncation", env={"COLUMNS": "100"}).stdout
    text = " ".join(told.split())
    repair = mob.claim("covering.repaired-truncation")
    assert "refuted" in text
    assert "covering.repaired-truncation (proved)" in text
    assert repair.statement.words.split(":")[0] in text
    assert "proofs/theorem_2_truncation.py" in text
    assert "left side 998 > right side 80" in told
    assert "rational" in text
    rows = told.splitlines()
    above = rows[next(n for n, row in enumerate(rows) if "V  " in row and "──" in row) - 1]
    assert above.count("■") == 2  # S_p = {1, 2}
    assert above.count("○") + above.count("◆") == 2


@pytest.mark.parametrize("claim", mob.list_claims(), ids=lambda c: c.id)
def test_the_reason_is_at_most_three_sentences(claim):
    sentences = re.findall(r"[.!?](?=\s+[A-Z(|]|$)", claim.reason)
    assert 1 <= len(sentences) <= 3, claim.reason


@pytest.mark.parametrize("claim", REFUTED, ids=lambda c: c.id)
@pytest.mark.parametrize("width", [40, 64, 118])
def test_pictures_show_every_token_and_distance(claim, width):
    data = claim_reading(claim)["counterexample_data"]
    text = counterexample_text(data, width)
    drawn = text.splitlines()[:-1]  # without the legend
    kept = len(data["prompt_centers"]) + len(data["visual_centers"])
    assert sum(row.count("■") + row.count("◆") for row in drawn) == kept
    assert sum(row.count("▲") for row in drawn) >= 1
    assert all(any(d["name"] in row for row in drawn) for d in data["distances"])
    assert max(map(len, drawn)) <= width + 12


def test_bars_join_the_pair_that_attains_the_distance():
    data = claim_reading(mob.claim("theorem-2.fps"))["counterexample_data"]
    rows = counterexample_text(data, 78).splitlines()
    (bar,) = (row for row in rows if row.startswith("d_H(S_v, V)"))
    above = rows[0]
    assert above[bar.index("├")] == "■"  # 0, kept for the prompt
    assert above[bar.index("┤")] == "◆"  # 100, the nearest of S_v
    assert above.count("◆") == 2


def test_points_in_the_plane_keep_their_order():
    data = {
        "visual": [[0, 0], [3, 4], [1, 1]],
        "prompt": [[2, 0]],
        "prompt_centers": [0],
        "visual_centers": [1],
        "left": 3.0,
        "right": 1.0,
        "distances": [],
    }
    rows = counterexample_text(data, 60).splitlines()
    where = {sign: next((row.index(sign), n) for n, row in enumerate(rows) if sign in row)
             for sign in "■◆○▲"}  # fmt: skip
    assert where["■"][0] < where["○"][0] < where["▲"][0] < where["◆"][0]
    assert where["◆"][1] < where["○"][1] < where["■"][1] == where["▲"][1]
    data["visual"] = [[*point, 7.0] for point in data["visual"]]
    data["prompt"] = [[2, 0, 7.0]]
    assert "3 dimensions" in counterexample_text(data, 60)


@pytest.mark.parametrize("numbers", [[5], [0, 1], [0, 1, 1000], [-3, 0.5, 1e6]])
def test_the_line_keeps_order_and_ends(numbers):
    line = LineScale.through(numbers, start=10.0, end=90.0, readable=4.0)
    places = [line.place(number) for number in numbers]
    assert places == sorted(places)
    assert places[0] == 10.0
    if len(numbers) > 1:
        assert places[-1] == pytest.approx(90.0)


def test_the_page_has_a_figure_and_the_repair(tmp_path):
    result = run("claims", "theorem-2.fps", "--output", str(tmp_path))
    assert result.exit_code == 0
    assert str(tmp_path / "claims.html") in result.stdout
    page = (tmp_path / "claims.html").read_text("utf-8")
    root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n").replace("<br>", "<br/>")
                                  .replace('<meta charset="utf-8">', ""). replace(
        '<meta name="viewport" content="width=device-width, initial-scale=1">', ""))  # fmt: skip
    assert len(list(root.iter("svg"))) == 1
    text = " ".join(" ".join(root.itertext()).split())
    assert mob.claim("covering.seeded-fps").statement.words in text
    assert "proofs/theorem_2_fps.py" in text


def test_the_page_escapes_and_takes_several_claims():
    readings = [claim_reading(claim) for claim in mob.list_claims()]
    readings[0]["title"] = "<script>"
    page = claims_page(readings)
    assert "<script>" not in page
    assert all(f'id="{reading["id"]}"' in page for reading in readings)


def test_the_page_can_be_refused(tmp_path):
    (tmp_path / "file").write_text("")
    result = run("claims", "lemma-1", "--output", str(tmp_path / "file"))
    assert result.exit_code == 2


def test_json_and_page_together(tmp_path):
    import json

    result = run("claims", "lemma-1", "--json", "--output", str(tmp_path))
    (claim,) = json.loads(result.stdout)["claims"]
    assert claim["instead"][0]["id"] == "geometry.hausdorff-identity"


@pytest.mark.parametrize("claim", mob.list_claims(), ids=lambda c: c.id)
def test_the_search_is_told_with_its_sides(claim):
    found = claim_reading(claim)["tightness"]
    told = tightness_words(found)
    assert found["label"] in told
    if found["lane"] is None:
        assert f"{found['tried']} instances tried" in told
    else:
        assert show(as_float(found["lhs"])) in told
        assert ("the registered one" in told) == (claim.verdict is mob.Verdict.REFUTED)
