"""The page about other people's selectors says what the committed results say, and no more."""

import ast
import json
import re

from benchmarks.third_party import page
from benchmarks.third_party.claiming import CONTRACT, HOPES
from benchmarks.third_party.roster import SELECTORS
from mobtheory.testing.guarantees import as_guarantee

RESULTS = json.loads(page.RESULTS.read_text())


def test_the_page_is_made_of_the_committed_results():
    told = "run `python -m benchmarks.third_party.page`"
    assert page.PAGE.read_text() == page.text(RESULTS), told


def test_every_selector_has_results_for_all_that_was_asked():
    assert [record["selector"] for record in RESULTS["selectors"]] == list(SELECTORS)
    for record in RESULTS["selectors"]:
        asked = {*CONTRACT, *record["claims"], *record["hopes"]}
        found = {result["guarantee"] for result in record["results"]}
        assert found == asked, record["selector"]
        assert asked == {as_guarantee(id).id for id in asked}
        assert {*record["hopes"]} <= {*HOPES}


def test_every_selector_of_the_roster_is_marked_in_its_file():
    for name in SELECTORS:
        module, _, function = name.partition(":")
        tree = ast.parse((page.ROOT / "benchmarks" / "third_party" / f"{module}.py").read_text())
        (found,) = [node for node in tree.body if getattr(node, "name", "") == function]
        assert any("claiming" in ast.unparse(mark) for mark in found.decorator_list)


def test_every_failure_has_its_script_on_the_page():
    text = page.PAGE.read_text()
    for record in RESULTS["selectors"]:
        for result in record["results"]:
            if result["status"] == "failed":
                script = result["reproduction"].strip()
                assert "assert_guarantee(" in script
                assert script in text or f"| {result['guarantee']} | fails as valid-sel" in text


def test_versions_are_the_pinned_ones_and_no_folder_is_named():
    pins = (page.ROOT / "constraints.txt").read_text().splitlines()
    for record in RESULTS["selectors"]:
        assert f"{record['package']}=={record['version']}".lower() in [p.lower() for p in pins]
    assert not re.search(r"/(home|root|tmp|work|Users)/", page.RESULTS.read_text())
