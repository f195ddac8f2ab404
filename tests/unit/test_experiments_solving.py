"""Solving a token file: the same answer as by hand, brackets that hold, options that fit."""

import hashlib
import json
from itertools import combinations

import numpy as np
import pytest

import mobtheory as mob
from mobtheory import covering
from mobtheory.errors import InvalidProblem
from mobtheory.experiments import solve_tokens
from mobtheory.experiments.greedy import greedy_points
from mobtheory.experiments.plain import RADII
from mobtheory.experiments.solving import objective_value

from .sample_solutions import BUDGET, save_tokens, tokens


def posed(normalize=True, budget=BUDGET, **options):
    visual, prompt = tokens(**options)
    return mob.CoveringProblem(visual, prompt, budget, normalize=normalize)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
def test_the_solution_is_what_the_solver_finds_on_these_tokens(tmp_path, objective, normalize):
    solved = solve_tokens(save_tokens(tmp_path), BUDGET, objective=objective, normalize=normalize)
    problem = posed(normalize)
    by_hand = mob.solve_exact(problem, objective=objective)
    found = solved.solution
    assert (found.lower, found.upper, found.status) == (by_hand.lower, by_hand.upper, "optimal")
    assert found.upper == objective_value(
        mob.evaluate_selection(problem, found.covering.selection), objective
    )
    assert found.certificate["confirmed"] or found.certificate["solver"]


def test_tokens_are_normalised_unless_told_otherwise(tmp_path):
    path = save_tokens(tmp_path)
    assert solve_tokens(path, BUDGET).solution.upper <= 2
    assert solve_tokens(path, BUDGET).problem.normalize is True
    assert solve_tokens(path, BUDGET, normalize=False).solution.upper > 1.5


def test_every_selection_of_four_tokens_is_no_better(tmp_path):
    path = save_tokens(tmp_path, count=9, prompts=2)
    problem = posed(count=9, prompts=2, budget=4)
    best = min(
        mob.evaluate_selection(
            problem, mob.Selection(half, [t for t in kept if t not in half])
        ).radius
        for kept in combinations(range(9), 4)
        for size in range(1, 4)
        for half in combinations(kept, size)
    )
    solved = solve_tokens(path, 4)
    assert solved.solution.lower == solved.solution.upper == best
    assert all(point.covering.radius >= best for point in solved.greedy)


def test_a_prompt_budget_fixes_the_split(tmp_path):
    path = save_tokens(tmp_path)
    found = solve_tokens(path, BUDGET, prompt_budget=2).solution
    by_hand = mob.solve_exact(posed(), prompt_budget=2)
    assert found.upper == by_hand.upper
    assert len(found.covering.selection.prompt_centers) <= 2


def test_the_data_say_what_was_read_asked_and_found(tmp_path):
    path = save_tokens(tmp_path)
    data = solve_tokens(path, BUDGET, metric="cosine", time_limit=float("inf")).to_dict()
    assert data["input"] == {
        "file": "tokens.npz",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "visual": {"shape": [40, 6], "dtype": "float32"},
        "prompt": {"shape": [5, 6], "dtype": "float32"},
        "metric": "cosine",
        "normalize": True,
    }
    assert data["options"] == {
        "budget": BUDGET,
        "objective": "radius",
        "prompt_budget": None,
        "frontier": False,
        "method": "exact",
        "time_limit": "inf",
    }
    assert set(data["seconds"]) == {"read", "solve", "compare and check"}
    assert str(tmp_path) not in json.dumps(data)
    kept = data["solution"]["selection"]
    assert len({*kept["prompt_centers"], *kept["visual_centers"]}) == BUDGET


def test_the_same_file_gives_the_same_data_apart_from_seconds(tmp_path):
    path = save_tokens(tmp_path)
    one, other = (solve_tokens(path, BUDGET).to_dict() for _ in range(2))
    del one["seconds"], other["seconds"]
    assert one == other


def test_k_center_without_a_prompt_is_k_center_with_one(tmp_path):
    with_prompt = solve_tokens(save_tokens(tmp_path), BUDGET, objective="k-center").to_dict()
    path = save_tokens(tmp_path, prompt=False)
    without = solve_tokens(path, BUDGET, objective="k-center").to_dict()
    assert without["input"]["prompt"] is None
    for key in ("lower", "upper", "status", "selection"):
        assert without["solution"][key] == with_prompt["solution"][key]
    for one in (without["solution"], *without["greedy"]):
        known = {name for name in RADII if one["radii"][name] is not None}
        assert known == {"visual_radius", "union_radius"}
    assert None not in with_prompt["solution"]["radii"].values()
    for objective in ("radius", "union", None):
        with pytest.raises(InvalidProblem, match="'prompt' is needed"):
            solve_tokens(path, BUDGET, objective=objective)


@pytest.mark.parametrize("objective", ["radius", "union"])
@pytest.mark.parametrize("split", [1, 2, 3, 5])
def test_greedy_rules_stay_within_the_budget_and_keep_both_halves(objective, split):
    problem = posed()
    for point in greedy_points(problem, objective, [split]):
        chosen = point.covering.selection
        assert len(chosen.indices) == BUDGET
        assert 1 <= len(chosen.prompt_centers) <= split
        assert point.covering.radius < np.inf


@pytest.mark.parametrize("split", [1, 2, 4])
def test_greedy_rules_keep_their_guarantees(split):
    """No rule beats h(P → V); farthest points from any seeds reach twice the best k-center."""
    problem = posed()
    slack = 4 * problem.rounding
    rest = mob.solve_exact(problem.with_budget(BUDGET - split), objective="k-center").lower
    for objective in ("radius", "union"):
        for point in greedy_points(problem, objective, [split]):
            assert point.covering.prompt_radius >= problem.prompt_to_visual - slack
            if objective == "union":
                assert point.covering.union_radius <= 2 * rest + slack
    (farthest,) = greedy_points(problem, "k-center", [])
    best = mob.solve_exact(problem, objective="k-center").lower
    assert best <= farthest.covering.union_radius <= 2 * best + slack


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "quick"}, "exact, greedy"),
        ({"method": "greedy"}, "--frontier"),
        ({"frontier": True, "objective": "radius"}, "Leave --objective"),
        ({"frontier": True, "prompt_budget": 2}, "Leave --prompt-budget"),
        ({"objective": "area"}, "radius, union, k-center"),
        ({"objective": "k-center", "prompt_budget": 2}, "prompt_budget"),
        ({"prompt_budget": BUDGET}, "prompt_budget"),
        ({"metric": "hamming"}, "metric"),
        ({"time_limit": 0.0}, "time_limit"),
        ({"time_limit": float("nan")}, "time_limit"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, options, told):
    with pytest.raises(InvalidProblem, match=told):
        solve_tokens(save_tokens(tmp_path), BUDGET, **options)


@pytest.mark.parametrize("budget", [0, 41, -1])
def test_a_budget_out_of_range_names_the_file(tmp_path, budget):
    with pytest.raises(InvalidProblem, match=r"tokens\.npz.*budget"):
        solve_tokens(save_tokens(tmp_path), budget)


def test_a_zero_token_has_no_direction_and_the_message_names_the_file(tmp_path):
    path = tmp_path / "zeros.npz"
    np.savez(path, visual=np.eye(3) - np.diag([0, 1, 0]), prompt=np.ones((1, 3)))
    with pytest.raises(InvalidProblem, match=r"zeros\.npz.*row 1 is zero"):
        solve_tokens(path, 2)
    assert solve_tokens(path, 2, normalize=False).solution.status == "optimal"


def _stopped_after(lower, upper, reports=1):
    def solve(problem, *, progress, **_):
        for _ in range(reports):
            progress("radius", lower, upper)
        raise KeyboardInterrupt

    return solve


def test_an_interrupt_leaves_a_bracket_whose_upper_end_is_measured(tmp_path, monkeypatch):
    path = save_tokens(tmp_path)
    least = solve_tokens(path, BUDGET).solution.upper
    lower = 0.9 * least
    monkeypatch.setattr(covering, "solve_exact", _stopped_after(lower, 1.1 * least))
    solved = solve_tokens(path, BUDGET)
    found = solved.solution
    assert solved.interrupted
    assert found.status == "interrupted"
    assert found.lower == lower <= least <= found.upper
    assert found.upper == mob.evaluate_selection(posed(), found.covering.selection).radius
    assert found.certificate is None
    assert repr(1.1 * least) in found.notes[0]


def test_an_interrupt_before_a_bracket_is_an_interrupt(tmp_path, monkeypatch):
    monkeypatch.setattr(covering, "solve_exact", _stopped_after(0.1, 0.2, reports=0))
    with pytest.raises(KeyboardInterrupt):
        solve_tokens(save_tokens(tmp_path), BUDGET)


def test_progress_hears_a_bracket_that_only_shrinks_and_holds_the_optimum(tmp_path):
    heard = []
    path = save_tokens(tmp_path)
    found = solve_tokens(path, BUDGET, progress=lambda *bracket: heard.append(bracket)).solution
    labels, lowers, uppers = zip(*heard, strict=True)
    assert set(labels) == {"radius"}
    assert list(lowers) == sorted(lowers)
    assert list(uppers) == sorted(uppers, reverse=True)
    assert lowers[-1] <= found.lower
    assert uppers[-1] >= found.upper
