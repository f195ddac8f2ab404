"""The adversary: what it must refute and must not, that it repeats, resumes, and stores."""

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory.claims import Claim, Evidence, Hypothesis, Margin, Statement, Verdict
from mobtheory.claims.instances import MapPruning, Pruning, SeededRun
from mobtheory.claims.set_functions import SoftmaxAttention
from mobtheory.cli import app
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.errors import InvalidProblem, MissingExtra, ReportNotWritten, UnknownClaim
from mobtheory.experiments import run_adversary, seek, targeting
from mobtheory.experiments.adversary import agreement, refresh_stored
from mobtheory.experiments.ascent import ascend, double, search_pattern
from mobtheory.experiments.draws import RATIO, VIOLATED, VIOLATED_EXACTLY, Draw, Trial
from mobtheory.experiments.exactness import violates_exactly
from mobtheory.experiments.shrinking import search_small, shrink
from mobtheory.experiments.slack import excess_of, measure_slack
from mobtheory.experiments.trials import Trials
from mobtheory.experiments.witnesses import (
    better_witness,
    read_witnesses,
    witnesses_text,
    write_witnesses,
)

ADVERSARY = "mobtheory.experiments.adversary"


def planted(margin: Any, kind: type = SeededRun, **options: Any) -> Claim:
    return Claim(
        **{
            "id": "planted",
            "title": "planted",
            "source": "planted",
            "statement": Statement("planted"),
            "reason": "planted",
            "verdict": Verdict.PROVED,
            "instance_type": kind,
            "margin": margin,
            "evidence": (Evidence("property", "planted"),),
            **options,
        }
    )


def farthest_points_within(factor: float, **options: Any) -> Claim:
    return planted(
        lambda run: Margin(run.greedy_radius, factor * run.optimal_radius, run.rounding), **options
    )


@dataclass(frozen=True, eq=False)
class Single:
    """The first visual point alone."""

    point: Any

    @classmethod
    def from_clouds(cls, visual, prompt, rng):
        return cls(np.asarray(visual, dtype=np.float64)[0])


class TestSearch:
    def test_a_constant_that_is_too_small_is_refuted_by_a_true_claims_search(self):
        wrong = farthest_points_within(1.5)
        witness = seek(wrong, profile="quick")
        assert witness.label == "violated"
        assert agreement(wrong, witness) == "contradicts"
        margin = wrong.check(witness.draw.instance(wrong))
        assert margin == witness.margin
        assert Fraction(margin.lhs) > Fraction(margin.rhs)

    def test_the_right_constant_is_reached_and_not_exceeded(self):
        right = farthest_points_within(2.0, tight=True)
        witness = seek(right, profile="quick")
        assert witness.label == "tight"
        assert agreement(right, witness) == "agrees"
        assert 0 < witness.lhs == witness.rhs
        assert witness.points <= 4  # three points on a line, with a seed perhaps

    def test_a_constant_that_is_too_large_is_loose_by_what_it_is_too_large(self):
        witness = seek(farthest_points_within(3.0), profile="quick")
        assert witness.label == "loose by a factor 1.5"
        assert agreement(farthest_points_within(3.0, tight=True), witness) == "open"

    @pytest.mark.parametrize(("limit", "label", "copied"), [(1, "1.001", True), (2, "2.0", False)])
    def test_copies_of_points_count_only_on_the_way_to_equality(self, limit, label, copied):
        def margin(run):
            return Margin(float(len(run.points)), limit * len(run.points) + 1.0)

        witness = seek(planted(margin, _AllPoints), profile="quick")
        assert witness.label.startswith(f"loose by a factor {label}")
        assert (witness.points > 300) is copied

    def test_a_refuted_claim_ends_with_the_fewest_points(self):
        """Three points have a pick that is twice as far as a better centre; two have none."""
        witness = seek(farthest_points_within(1.5, verdict=Verdict.REFUTED), profile="quick")
        assert (witness.label, witness.lane) == ("refuted", "exact")
        assert witness.points == 4  # a prompt point is always there
        assert np.abs(witness.draw.visual).max() <= 2

    def test_nothing_is_refuted_that_holds(self):
        kept = farthest_points_within(2.0, verdict=Verdict.REFUTED)
        witness = seek(kept, profile="quick")
        assert witness.label == "not refuted"
        assert agreement(kept, witness) == "open"

    def test_hypotheses_are_kept(self):
        one_seed = Hypothesis("one seed", lambda run: len(run.seeds) == 1)
        wrong = farthest_points_within(1.5, hypotheses=(one_seed,), verdict=Verdict.REFUTED)
        witness = seek(wrong, profile="quick")
        assert wrong.applies(witness.draw.instance(wrong))
        assert 0 < witness.met < witness.tried

    def test_hypotheses_that_never_hold(self):
        never = (Hypothesis("never", lambda _: False),)
        for verdict, said in ((Verdict.UNSATISFIABLE, "agrees"), (Verdict.PROVED, "open")):
            empty = farthest_points_within(1.0, hypotheses=never, verdict=verdict)
            witness = seek(empty, profile="quick")
            assert (witness.label, witness.lane, witness.met) == ("no instance", None, 0)
            assert agreement(empty, witness) == said
            assert witness.reproduces(empty)
            with pytest.raises(InvalidProblem, match="no instance met the hypotheses"):
                _ = witness.draw

    def test_an_unsatisfiable_claim_with_an_instance_is_contradicted(self):
        claim = farthest_points_within(2.0, verdict=Verdict.UNSATISFIABLE)
        assert agreement(claim, seek(claim, profile="quick")) == "contradicts"

    def test_an_identity_is_no_ratio(self):
        same = planted(lambda run: Margin(run.greedy_radius - run.greedy_radius, 0.0))
        witness = seek(same, profile="quick")
        assert (witness.label, witness.ratio, witness.slack) == ("identity", None, None)
        below = planted(lambda run: Margin(-0.5 - run.greedy_radius, 0.0))
        assert seek(below, profile="quick").label == "loose by a difference of 0.5"
        broken = planted(lambda run: Margin(float(run.picks == 3), 0.0))
        assert seek(broken, profile="quick").label == "violated"

    def test_the_same_seed_gives_the_same_witness_apart_from_seconds(self):
        claim = mob.claim("theorem-2.complexity")
        first, again, other = (
            replace(seek(claim, profile="quick", seed=seed), seconds=0.0) for seed in (3, 3, 4)
        )
        assert first == again
        assert first != other

    def test_without_hypothesis_the_other_stages_search(self, monkeypatch):
        monkeypatch.setattr(targeting, "is_available", lambda: False)
        report = run_adversary(claims="covering.seeded-fps", profile="quick")
        assert report.witnesses[0].label == "tight"
        assert targeting.HOW not in report.witnesses[0].stages
        assert not report.used_hypothesis

    def test_without_hypothesis_targeting_names_the_extra(self, monkeypatch):
        def missing(name, *rest):
            if name == "mobtheory.strategies" or name.startswith("hypothesis"):
                raise MissingExtra("import", "no hypothesis", "it is needed", "pip install it")
            return imported(name, *rest)

        imported = __import__
        monkeypatch.setattr("builtins.__import__", missing)
        assert not targeting.is_available()

    def test_time_is_a_limit(self):
        unlimited = seek(mob.claim("lemma-3"), profile="quick")
        cut = seek(mob.claim("lemma-3"), profile="quick", seconds=1e-9)
        assert cut.tried < unlimited.tried / 4


class TestStages:
    PEAK = planted(
        lambda single: Margin(float(np.exp(-(((single.point - [3.0, 4.0]) ** 2).sum()))), 1.0),
        Single,
    )
    START = Draw(np.array([[2.5, 3.0]]), np.array([[0.0, 0.0]]), 0)

    @pytest.mark.parametrize("stage", [ascend, search_pattern])
    def test_search_on_floats_climbs_to_the_peak(self, stage):
        trials = Trials(self.PEAK)
        start = trials.run(self.START, "start")
        end = stage(trials, start, 2000)
        assert start.closeness[1] < 0.3
        assert end.closeness[1] > 1 - 1e-6
        assert end.draw.visual[0] == pytest.approx([3, 4], abs=1e-3)
        assert trials.nearest() is end

    def test_differences_vanish_on_a_plateau_and_the_search_ends(self):
        flat = planted(lambda _: Margin(0.5, 1.0), Single)
        trials = Trials(flat)
        start = trials.run(self.START, "start")
        assert ascend(trials, start, 1000) is start
        assert trials.used == 1 + 2 * 4

    def test_shrinking_keeps_what_is_asked_and_no_single_step_is_left(self):
        enough = planted(lambda run: Margin(float(np.ptp(run.points)), 5.5))
        trials, rng = Trials(enough), np.random.default_rng(0)
        visual = np.array([[700], [40], [41], [-300], [8]])
        start = trials.run(Draw(visual, np.array([[9], [3]]), 1), "start")
        small = shrink(trials, start, lambda t: t.closeness[0] >= VIOLATED, 4000, rng)
        assert small.draw.size == (3, 1, 3.0, 6.0)  # -3 and 3, and a prompt point at 0

    def test_small_clouds_are_searched_with_the_fewest_points_first(self):
        three = planted(lambda run: Margin(float(len(run.points)), 2.5))
        trials = Trials(three)
        found = search_small(trials, lambda t: t.exact, 7, 900, np.random.default_rng(0))
        assert found is not None
        assert found.draw.size[0] == 4
        assert search_small(trials, lambda t: t.exact, 4, 900, np.random.default_rng(0)) is None

    def test_doubling_follows_a_ratio_that_grows_with_the_number_of_points(self):
        limit = planted(lambda run: Margin(float(len(run.points)), len(run.points) + 1.0))
        trials, rng = Trials(replace(limit, instance_type=_AllPoints)), np.random.default_rng(0)
        start = trials.run(Draw(np.array([[0], [1]]), np.array([[1]]), 0), "start")
        assert double(trials, start, rng).closeness == (RATIO, 1024 / 1025)
        flat = Trials(planted(lambda _: Margin(1.0, 2.0)))
        start = flat.run(start.draw, "start")
        assert double(flat, start, rng) is start

    def test_slack_without_bound_is_told_from_slack_with_one(self):
        spread = planted(lambda single: Margin(1.0, 1.0 + float(single.point.max() ** 2)), Single)
        bounded = planted(
            lambda single: Margin(1.0, 3.0 + float(np.cos(single.point).max())), Single
        )
        for claim, label in ((spread, "unbounded slack"), (bounded, "slack up to a factor 4")):
            trials, rng = Trials(claim), np.random.default_rng(0)
            start = trials.run(Draw(np.array([[0]]), np.array([[1]]), 0), "start")
            slack = measure_slack(trials, [start], rng)
            assert slack is not None
            assert slack["label"] == label
            assert excess_of(claim, json.loads(json.dumps(slack))) == slack["excess"]

    def test_slack_grows_with_the_number_of_points(self):
        many = planted(lambda run: Margin(1.0, float(len(run.points))))
        trials = Trials(replace(many, instance_type=_AllPoints))
        start = trials.run(Draw(np.array([[0]]), np.array([[1]]), 0), "start")
        slack = measure_slack(trials, [start], np.random.default_rng(0))
        assert slack is not None
        assert slack["excess"] == [4, 8, 16, 32]

    def test_nothing_that_rounding_makes_positive_counts_as_slack(self):
        noise = planted(lambda _: Margin(1e-17, 1.0, 1e-16), Single)
        assert np.isnan(Trial.of(noise, self.START).excess)

    def test_trials_rank_from_unmet_hypotheses_to_exact_violations(self):
        def rank(lhs, rhs, rounding=0.0):
            return Trial.of(planted(lambda _: Margin(lhs, rhs, rounding), Single), self.START)

        infinite, half, wide = rank(1.0, np.inf), rank(1.0, 2.0), rank(1.0, 2.0, 0.5)
        inexact, exact = rank(2.0, 1.0, 0.1), rank(2.0, 1.0)
        keys = [t.closeness for t in (infinite, wide, half, inexact, exact)]
        assert keys == sorted(keys)
        assert half.closeness == (RATIO, 0.5)
        assert exact.closeness == (VIOLATED_EXACTLY, 0.0)
        assert not rank(np.inf, 1.0).exact
        assert rank(1.0, 1.0 + 1e-15, 1e-14).reaches
        assert not rank(1.0, 1.1, 0.5).reaches  # a bracket is no rounding
        assert not rank(0.0, 0.0).reaches


class _AllPoints(SeededRun):
    @classmethod
    def from_clouds(cls, visual, prompt, rng):
        return cls(visual, prompt, 1)


class TestExactness:
    @staticmethod
    def dropped(key_query: float, kept: list[int], visual: tuple[int, ...] = (1, 1)) -> MapPruning:
        problem = CoveringProblem(np.array(visual)[:, None], np.array([[0]]), 1)
        head = SoftmaxAttention(np.array([key_query]), np.ones((1, 1)))
        return MapPruning(problem, Selection([], kept), head)

    def test_a_flat_head_is_computed_again_in_fractions(self):
        claim = mob.claim("assumption-1")
        for instance, exact in (
            (self.dropped(0.0, [0]), True),
            (self.dropped(1.0, [0]), False),  # exponentials
            (self.dropped(0.0, [0], (1, 2)), False),  # a positive distance
        ):
            margin = claim.check(instance)
            assert margin.rounding > 0
            assert violates_exactly(instance, margin) is exact

    def test_means_that_agree_are_no_violation_whatever_the_margin_says(self):
        problem = CoveringProblem(np.array([[0], [0]]), np.array([[0]]), 1)
        head = SoftmaxAttention(np.zeros(1), np.ones((1, 1)))
        instance = MapPruning(problem, Selection([], [0]), head)
        assert not violates_exactly(instance, Margin(1.0, 0.0, 1e-12))

    def test_without_rounding_the_margin_decides(self):
        problem = CoveringProblem(np.array([[0]]), np.array([[0]]), 1)
        instance = Pruning(problem, Selection([], [0]))
        assert violates_exactly(instance, Margin(2.0, 1.0))
        assert not violates_exactly(instance, Margin(2.0, 1.0, 0.25))
        assert not violates_exactly(instance, Margin(np.inf, 1.0))


CLAIMS = "covering.nn-optimal", "covering.saturation", "covering.seeded-fps"


@pytest.fixture
def sought(monkeypatch):
    """The ids of the claims for which a search runs."""
    ids = []

    def counted(claim, **options):
        ids.append(claim.id)
        if len(ids) == 2 and "stop" in ids_to_stop:
            raise KeyboardInterrupt
        return seek(claim, **options)

    ids_to_stop = []
    monkeypatch.setattr(f"{ADVERSARY}.seek", counted)
    return ids, ids_to_stop


class TestRuns:
    def test_a_run_that_was_stopped_goes_on_where_it_was(self, sought, tmp_path):
        ids, stop = sought
        stop.append("stop")
        with pytest.raises(KeyboardInterrupt):
            run_adversary(claims=CLAIMS, profile="quick", folder=tmp_path)
        assert list(read_witnesses(tmp_path / "witnesses.json")[1]) == ids[:1]
        stop.clear()
        report = run_adversary(claims=CLAIMS, profile="quick", folder=tmp_path)
        assert len(ids) == 2 + 2
        in_order = [claim.id for claim in mob.list_claims() if claim.id in CLAIMS]
        assert [witness.claim for witness in report.witnesses] == in_order
        assert report.exit_status == 0

    def test_another_seed_profile_or_a_restart_starts_anew(self, sought, tmp_path):
        ids, _ = sought
        for options in ({}, {}, {"seed": 1}, {"seed": 1, "restart": True}, {"seed": 1}):
            run_adversary(claims=CLAIMS[0], profile="quick", folder=tmp_path, **options)
        assert len(ids) == 3

    def test_a_witness_that_does_not_reproduce_is_sought_again(self, sought, tmp_path):
        ids, _ = sought
        for _ in range(2):
            run_adversary(claims=CLAIMS[0], profile="quick", folder=tmp_path)
            search, known = read_witnesses(tmp_path / "witnesses.json")
            wrong = {id: replace(w, lhs=w.lhs + 1) for id, w in known.items()}
            write_witnesses(tmp_path / "witnesses.json", witnesses_text(wrong, search))
        assert len(ids) == 2

    def test_progress_is_told_claim_by_claim(self):
        told = []
        run_adversary(claims=CLAIMS[:2], profile="quick", progress=lambda *step: told.append(step))
        assert told == [("claims", n, 2) for n in range(3)]

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ({"profile": "slow"}, InvalidProblem),
            ({"seconds": 0}, InvalidProblem),
            ({"seconds": float("nan")}, InvalidProblem),
            ({"seed": -1}, InvalidProblem),
            ({"claims": "no-such"}, UnknownClaim),
        ],
    )
    def test_bad_input_is_refused_before_the_search(self, options, error):
        with pytest.raises(error):
            run_adversary(**{"claims": CLAIMS[0], **options})

    @pytest.mark.parametrize("text", ["", "[]", '{"schema": 99}', '{"schema": 1, "witnesses": 3}'])
    def test_a_folder_with_something_else_is_refused(self, tmp_path, text):
        (tmp_path / "witnesses.json").write_text(text)
        with pytest.raises(InvalidProblem, match="a file of witnesses"):
            run_adversary(claims=CLAIMS[0], profile="quick", folder=tmp_path)

    def test_a_folder_that_cannot_be_written_is_told(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ReportNotWritten, match="witnesses"):
            run_adversary(claims=CLAIMS[0], profile="quick", folder=tmp_path / "file")


class TestStore:
    def test_witnesses_return_from_their_text(self, tmp_path):
        claims = [mob.claim(id) for id in ("covering.nn-optimal", "lemma-3", "lemma-3.vacuity")]
        found = {claim.id: seek(claim, profile="quick") for claim in claims}
        text = witnesses_text(found, {"seed": 0})
        write_witnesses(tmp_path / "w.json", text)
        search, read = read_witnesses(tmp_path / "w.json")
        assert search == {"seed": 0}
        assert read == found
        assert witnesses_text(dict(reversed(read.items())), search) == text
        assert all(read[claim.id].reproduces(claim) for claim in claims)

    def test_only_better_witnesses_replace_stored_ones(self, tmp_path):
        claim, path = farthest_points_within(2.0), tmp_path / "w.json"
        tight = seek(claim, profile="quick")
        candidates = (_witness_like(tight, claim, [[0], [4], [5]], seed) for seed in range(100))
        loose = next(w for w in candidates if 0 < w.lhs < w.rhs)
        for order in ((tight, loose), (loose, tight)):
            path.unlink(missing_ok=True)
            for witness in order:
                refresh_stored([claim], {claim.id: witness}, path)
            assert read_witnesses(path)[1] == {claim.id: tight}

    def test_of_two_refutations_the_smaller_one_is_kept(self):
        claim = farthest_points_within(1.5, verdict=Verdict.REFUTED)
        small = seek(claim, profile="quick")
        visual = (3 * small.draw.visual).tolist()
        large = _witness_like(small, claim, visual, small.seed)
        assert Trial.of(claim, large.draw).exact
        assert better_witness(claim, large, small) is small
        assert better_witness(claim, small, large) is small

    def test_a_stored_witness_that_no_longer_holds_is_replaced(self):
        claim = farthest_points_within(2.0)
        tight = seek(claim, profile="quick")
        stale = replace(tight, lhs=7.0)
        assert better_witness(claim, tight, stale) is tight


def _witness_like(witness: Any, claim: Claim, visual: Any, seed: int) -> Any:
    """The same witness on other visual points."""
    draw = Draw(np.array(visual), witness.draw.prompt, seed)
    margin = Trial.of(claim, draw).margin
    sides = {"lhs": margin.lhs, "rhs": margin.rhs, "rounding": margin.rounding}
    return replace(witness, visual=visual, seed=seed, ratio=margin.ratio, **sides)


class TestCommand:
    def run(self, *words):
        return CliRunner().invoke(app, ["adversary", *words])

    def test_it_prints_a_line_to_a_claim(self, tmp_path):
        result = self.run("covering.nn-optimal", "--profile", "quick", "--output", str(tmp_path))
        assert result.exit_code == 0, result.output
        assert "covering.nn-optimal" in result.stdout
        assert "tight" in result.stdout
        assert (tmp_path / "witnesses.json").is_file()

    def test_json_holds_the_witness_and_progress_goes_to_stderr(self, tmp_path):
        words = ("lemma-3", "--profile", "quick", "--json", "--output", str(tmp_path))
        result = self.run(*words)
        (witness,) = json.loads(result.stdout)["witnesses"]
        assert (witness["claim"], witness["label"]) == ("lemma-3", "no instance")
        assert "claims: 1 of 1" in result.stderr

    @pytest.mark.parametrize("words", [["no-such"], ["lemma-1", "--profile", "slow"]])
    def test_bad_usage_is_exit_status_2(self, tmp_path, words):
        assert self.run(*words, "--output", str(tmp_path)).exit_code == 2

    @pytest.mark.parametrize(("said", "status"), [("contradicts", 1), ("open", 3)])
    def test_exit_statuses(self, tmp_path, monkeypatch, said, status):
        monkeypatch.setattr(f"{ADVERSARY}.agreement", lambda *_: said)
        words = ("covering.nn-optimal", "--profile", "quick", "--output", str(tmp_path))
        assert self.run(*words).exit_code == status
