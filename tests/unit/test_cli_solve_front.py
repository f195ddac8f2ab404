"""`mobtheory solve --frontier`: the trade-off of both radii, exact, approximate and cut short."""

import json
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory import covering
from mobtheory.cli import app
from mobtheory.experiments import solve_tokens
from mobtheory.report.schema import schema_of

from .sample_solutions import BUDGET, save_tokens, tokens

SVG = "{http://www.w3.org/2000/svg}"


def front(folder, *words, path=None, budget=BUDGET):
    path = save_tokens(folder) if path is None else path
    words = ("solve", path, "--budget", budget, "--frontier", "--output", folder / "out", *words)
    return CliRunner().invoke(app, [str(word) for word in words])


def _data(folder):
    data = json.loads((folder / "out" / "solution.json").read_text())
    assert list(Draft202012Validator(schema_of("solution")).iter_errors(data)) == []
    return data


def _places(ones):
    return [(one["radii"]["prompt_radius"], one["radii"]["visual_radius"]) for one in ones]


def _least(pairs):
    """The pairs that no other dominates, by rising first entry."""
    best, kept = np.inf, []
    for x, y in sorted(set(pairs)):
        if y < best:
            kept.append((x, y))
            best = y
    return kept


def test_the_exact_front_is_written_drawn_and_printed(tmp_path):
    result = front(tmp_path)
    assert result.exit_code == 0, result.output
    data = _data(tmp_path)
    points = data["front"]["points"]
    visual, prompt = tokens()
    by_hand = covering.pareto_front(mob.CoveringProblem(visual, prompt, BUDGET, normalize=True))
    assert _places(points) == [(p.prompt_radius, p.visual_radius) for p in by_hand]
    assert (data["front"]["status"], data["front"]["factor"]) == ("optimal", 1.0)
    assert data["solution"] is None
    assert data["options"]["objective"] is None
    assert f"The exact front: {len(points)} point" in result.stdout
    for x, y in _places(points):
        assert f"{x:.6g} {y:.6g}" in " ".join(result.stdout.split())
    root = ElementTree.parse(tmp_path / "out" / "solution.svg").getroot()
    drawn = [c for c in root.iter(f"{SVG}circle") if c.find(f"{SVG}title") is not None]
    assert len(drawn) == len(points)
    assert result.stderr


def test_every_point_names_what_proves_its_split_and_whom_one_has_to_trust(tmp_path):
    front(tmp_path)
    visual, prompt = tokens()
    problem = mob.CoveringProblem(visual, prompt, BUDGET, normalize=True)
    for point in _data(tmp_path)["front"]["points"]:
        assert point["certificates"]["visual"]
        assert point["certificates"]["prompt"]
        assert ("solver" in point["certificates"].values()) == (point["solver"] is not None)
        assert point["visual_alone"] <= point["radii"]["visual_radius"]
        assert point["prompt_alone"] <= point["radii"]["prompt_radius"]
        alone = problem.with_budget(point["split"][1])
        assert mob.solve_exact(alone, objective="k-center").upper == point["visual_alone"]


def test_an_approximate_front_has_no_certificates(tmp_path):
    front(tmp_path, "--method", "greedy")
    for point in _data(tmp_path)["front"]["points"]:
        assert set(point["certificates"].values()) == {None}
        assert point["solver"] is None


def test_no_greedy_rule_gets_below_the_exact_front(tmp_path):
    front(tmp_path)
    data = _data(tmp_path)
    exact, greedy = _places(data["front"]["points"]), _places(data["greedy"])
    assert greedy
    for x, y in greedy:
        assert any(a <= x and b <= y for a, b in exact)
    splits = {len(p["selection"]["prompt_centers"]) for p in data["front"]["points"]}
    for method in ("mob", "repaired-truncation"):
        assert sum(rule["method"] == method for rule in data["greedy"]) == len(splits)
    assert any(rule["method"] == "greedy-front" for rule in data["greedy"])


def test_the_front_of_a_few_tokens_is_that_of_every_selection(tmp_path):
    path = save_tokens(tmp_path, count=8, prompts=3)
    visual, prompt = tokens(count=8, prompts=3)
    problem = mob.CoveringProblem(visual, prompt, 4, normalize=True)
    found = [
        mob.evaluate_selection(problem, mob.Selection(half, [t for t in kept if t not in half]))
        for kept in combinations(range(8), 4)
        for size in range(1, 4)
        for half in combinations(kept, size)
    ]
    best = _least((one.prompt_radius, one.visual_radius) for one in found)
    solved = solve_tokens(path, 4, frontier=True)
    assert [(p.prompt_radius, p.visual_radius) for p in solved.front] == best


def test_an_approximate_front_is_within_its_factor_of_the_exact_one(tmp_path):
    exact = _places(json.loads(front(tmp_path, "--json").stdout)["front"]["points"])
    result = front(tmp_path, "--method", "greedy", "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data == _data(tmp_path)
    assert data["front"]["status"] == "approximate"
    factor = float(data["front"]["factor"])
    assert factor >= 1
    allowance = 1 + 1e-12
    for x, y in exact:
        assert any(
            a <= factor * x * allowance and b <= factor * y * allowance
            for a, b in _places(data["front"]["points"])
        )
    assert "An approximate front" in front(tmp_path, "--method", "greedy").stdout


def test_a_time_limit_leaves_brackets_and_is_never_called_exact(tmp_path):
    visual = np.random.default_rng(0).normal(size=(300, 24))
    np.savez(tmp_path / "uniform.npz", visual=visual, prompt=visual[:6] + 0.1)
    result = front(tmp_path, "--time-limit", 0.2, path=tmp_path / "uniform.npz", budget=24)
    assert result.exit_code == 0, result.output
    found = _data(tmp_path)["front"]
    assert found["status"] == "time-limit"
    assert any(point["lower"] < point["upper"] for point in found["points"])
    for point in found["points"]:
        assert point["lower"] <= point["upper"] == point["radii"]["visual_radius"]
    assert "exact front:" not in result.stdout
    assert "time limit" in result.stdout


def test_a_budget_without_two_halves_is_refused(tmp_path):
    result = front(tmp_path, budget=1)
    assert result.exit_code == 2
    assert "budget" in result.stderr
    assert not (tmp_path / "out").exists()


def test_report_renders_a_saved_front_again(tmp_path):
    first = front(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    result = CliRunner().invoke(app, ["report", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert result.stdout == first.stdout
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
