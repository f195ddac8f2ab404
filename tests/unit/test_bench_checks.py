"""What the benchmarks rely on: the check of greedy picks, figures, alternation with the peers."""

import numpy as np
import pytest

from benchmarks.greedy_rule import check_greedy
from benchmarks.instances.clouds import uniform
from benchmarks.measuring import Bench, Figure, at_least, at_most
from mobtheory import farthest_point_sampling


def test_farthest_points_pass_and_other_picks_do_not():
    points = uniform(60, 5)
    picks = farthest_point_sampling(points, 12)
    check_greedy(points, picks)
    with pytest.raises(AssertionError):
        check_greedy(points, np.arange(12))
    with pytest.raises(AssertionError):
        check_greedy(points, np.concatenate([picks[:-1], picks[:1]]))
    swapped = picks.copy()
    swapped[[1, 6]] = swapped[[6, 1]]
    with pytest.raises(AssertionError):
        check_greedy(points, swapped)


def test_picks_after_seeds_are_measured_from_the_seeds():
    points = uniform(60, 5)
    seeds = np.array([7, 3])
    picks = farthest_point_sampling(points, 8, seeds=seeds)
    check_greedy(points, picks, seeds)
    with pytest.raises(AssertionError):
        check_greedy(points, picks)


def test_a_figure_is_the_median_with_quartiles():
    assert Figure((4.0, 1.0, 2.0, 3.0, 100.0)).as_json() == {
        "median": 3.0,
        "low": 2.0,
        "high": 4.0,
        "rounds": 5,
    }
    assert Figure((2.5,)).as_json() == {"median": 2.5, "low": 2.5, "high": 2.5, "rounds": 1}


def test_targets_are_reached_at_the_limit():
    assert at_most("t", 3.0, 3.0).reached
    assert not at_most("t", 3.01, 3.0).reached
    assert at_least("t", 3.0, 3.0).reached
    assert not at_least("t", 2.99, 3.0).reached


class _Fixture:
    """What pytest-benchmark's fixture does in its pedantic mode."""

    def __init__(self):
        self.extra_info = {}

    def pedantic(self, target, setup, rounds, iterations):
        assert iterations == 1
        for _ in range(rounds):
            setup()
            answer = target()
        return answer


@pytest.mark.parametrize("primed", [False, True])
def test_peers_take_turns_and_priming_calls_are_not_counted(primed):
    calls = []
    bench = Bench(_Fixture())
    answer = bench.run(
        lambda: calls.append("ours") or len(calls),
        peers={"a": lambda: calls.append("a"), "b": lambda: calls.append("b") or "said"},
        rounds=2,
        primed=primed,
    )
    assert calls == (["a", "a", "b", "b", "ours", "ours"] if primed else ["a", "b", "ours"]) * 2
    assert answer == len(calls)
    assert bench.answers["b"] == "said"
    bench.record("case", "result", targets=(at_most("t", 1.0, 2.0),), extra=5)
    row = bench.benchmark.extra_info
    assert row["ours"]["rounds"] == 2
    assert [peer["name"] for peer in row["peers"]] == ["a", "b"]
    assert all(peer["times_ours"]["rounds"] == 2 for peer in row["peers"])
    assert row["targets"] == [{"text": "t", "measured": "1", "reached": True}]
    assert row["facts"] == {"extra": 5}


def test_ratios_are_taken_round_by_round():
    bench = Bench(_Fixture(), ours=[1.0, 2.0, 4.0], peers={"a": [3.0, 4.0, 20.0]})
    assert bench.ratio("a").rounds == (3.0, 2.0, 5.0)
    assert bench.seconds == 2.0
