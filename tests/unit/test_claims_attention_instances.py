"""Instances of claims about attention: what they measure, and that allowances hold what is lost."""

from dataclasses import fields, replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest

import mobtheory as mob
from mobtheory.claims.circumradius import circumradius, diameter
from mobtheory.claims.clouds import EXACT_FAMILIES, FAMILIES, sphere
from mobtheory.claims.head_output import HeadOutput, draw_head
from mobtheory.claims.instances import (
    BudgetRun,
    HeadPruning,
    LayerPruning,
    MultisetPair,
    RepeatedPicture,
    RowPruning,
    StackPruning,
    WeightedSeededRun,
)
from mobtheory.claims.margin import Margin
from mobtheory.claims.pre_norm import SILU_SLOPE, PreNormLayer
from mobtheory.claims.set_functions import SoftmaxAttention
from mobtheory.claims.settled_margin import margin_if_equal, settled_margin
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.errors import InvalidProblem


def drawn(kind: type[Any], seed: int, family: str = "sphere") -> Any:
    rng = np.random.default_rng(seed)
    return kind.from_clouds(*FAMILIES[family](rng), rng)


def test_assignments_go_to_the_nearest_kept_token() -> None:
    for seed in range(40):
        row = drawn(RowPruning, seed, "grid")
        kept = np.flatnonzero(row.kept)
        count = row.problem.visual_count
        assert row.kept[count:].all()
        assert kept[kept < count].tolist() == row.selection.indices.tolist()
        assert (row.nearest[kept] == kept).all()
        for token in range(len(row.kept)):
            to = [np.abs(row.all_points[token] - row.all_points[k]).sum() for k in kept]
            assert row.to_kept[token] == min(to)
            assert row.distances[token, row.nearest[token]] == min(to)
        assert row.gathered(np.ones(len(row.kept))).sum() == len(row.kept)
        assert row.to_kept.max() == row.covering.pruning_distance


def test_assignments_of_rows_are_nearest_or_any() -> None:
    rows = [drawn(RowPruning, seed) for seed in range(100)]
    wishing = [row for row in rows if row.wishes is not None]
    assert 30 <= len(wishing) <= 70
    for row in rows:
        assert row.kept[row.assignment].all()
        assert (row.assignment[row.kept] == np.flatnonzero(row.kept)).all()
        assert row.assigned(np.ones(len(row.kept))).sum() == len(row.kept)
        assert row.assigned(row.weights).sum() == pytest.approx(1)
        if row.wishes is None:
            assert (row.assignment == row.nearest).all()
        without = replace(row, selection=Selection([], []))
        assert without.kept[without.assignment].all()
    assert sum(bool((r.assignment != r.nearest).any()) for r in wishing) >= len(wishing) // 2
    reached = {k for r in wishing for k in r.assignment[~r.kept] if r.kept.sum() > 2}
    assert len(reached) > 10


def test_a_wish_is_a_place_in_the_row_of_kept_tokens() -> None:
    row = drawn(RowPruning, 0)
    kept, count = np.flatnonzero(row.kept), len(row.kept)
    for wish, place in ((0.0, 0), (0.5, len(kept) // 2), (1 - 2.0**-53, -1)):
        sent = replace(row, wishes=np.full(count, wish))
        assert (sent.assignment[~sent.kept] == kept[place]).all()


def test_rows_are_flat_mild_and_peaked() -> None:
    rows = [drawn(RowPruning, seed) for seed in range(200)]
    assert all(abs(row.weights.sum() - 1) < 1e-14 and row.weights.min() > 0 for row in rows)
    ranges = np.array([row.log_range for row in rows])
    for low, high in ((0, 1e-6), (1e-6, 0.1), (0.1, 5), (5, 50), (100, 501)):
        assert np.any((low <= ranges) & (ranges <= high))
    assert max(row.weights.max() for row in rows) > 1 - 1e-12
    lengths = np.concatenate([np.linalg.norm(row.in_ball, axis=1) for row in rows])
    assert 0.99 < lengths.max() < 1
    shares = [row.merged[~row.kept].mean() for row in rows if not row.kept.all()]
    assert {0.0, 1.0} < set(shares)


@pytest.mark.parametrize("family", EXACT_FAMILIES)
def test_rows_on_grids_are_exact(family: str) -> None:
    for seed in range(40):
        row = drawn(RowPruning, seed, family)
        assert row.exact
        assert row.problem.metric == "manhattan"
        assert row.problem.rounding == 0
        assert row.weights.sum() == 1
        assert row.kept_mass in {0.5, 1.0}
        assert row.dropped_mass == 1 - row.kept_mass
    assert not drawn(RowPruning, 0).exact


def test_thirds_are_not_exact() -> None:
    row = drawn(RowPruning, 1, "line")
    assert not replace(row, weights=np.full(len(row.kept), 1 / len(row.kept)) / 3).exact
    assert not replace(row, values=row.values + 1 / 3).exact
    assert not replace(row, values=row.values + 2.0**20).exact


def test_a_head_is_softmax_attention() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(7, 3))
        head = draw_head(rng, points)
        output = HeadOutput.of(head, points)
        assert output.output == pytest.approx(head(points))
        assert output.weights.sum() == pytest.approx(1)
        # A bias of log 2 is a second copy.
        twice = HeadOutput.of(head, points, np.log([2.0] + [1.0] * 6))
        copied = HeadOutput.of(head, np.concatenate([points[:1], points]))
        assert np.linalg.norm(twice.output - copied.output) <= twice.rounding + copied.rounding


def exactly(points: Any, head: SoftmaxAttention) -> Any:
    """The output in extended precision."""
    points, key, values = (
        np.asarray(a, np.longdouble) for a in (points, head.key_query, head.values)
    )
    logits = (points * key).sum(axis=1)
    powers = np.exp(logits - logits.max())
    return (powers[:, None] * (points[:, None, :] * values).sum(axis=2)).sum(axis=0) / powers.sum()


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no extended precision here")
def test_the_allowance_of_a_head_holds_what_rounding_loses() -> None:
    worst = 0.0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(int(rng.integers(2, 40)), int(rng.integers(1, 9))))
        points = points + float(rng.choice([0, 1e5])) * rng.normal(size=points.shape[1])
        head = draw_head(rng, points)
        output = HeadOutput.of(head, points)
        lost = float(np.linalg.norm(output.output - exactly(points, head)))
        assert lost <= output.rounding
        worst = max(worst, lost / output.rounding)
    assert worst > 1e-3  # an allowance is no licence


def widened(layer: PreNormLayer) -> PreNormLayer:
    """The same layer in extended precision."""
    given = {f.name: getattr(layer, f.name) for f in fields(layer) if f.name != "epsilon"}
    wide: dict[str, Any] = {name: np.asarray(a, np.longdouble) for name, a in given.items()}
    return PreNormLayer(**wide, epsilon=layer.epsilon)


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no extended precision here")
def test_the_allowances_of_a_layer_hold_what_rounding_loses() -> None:
    worst = [0.0, 0.0]
    for seed in range(200):
        rng = np.random.default_rng(seed)
        tokens = float(rng.choice([1e-6, 1, 1e6])) * rng.normal(size=(6, int(rng.integers(1, 9))))
        layer = PreNormLayer.drawn(rng, tokens.shape[1])
        wide, long = widened(layer), np.asarray(tokens, np.longdouble)
        lost = (
            np.linalg.norm((layer.attention(tokens, tokens) - wide.attention(long, long)), axis=1),
            np.linalg.norm((layer.mlp(tokens) - wide.mlp(long)), axis=1),
        )
        allowed = layer.attention_rounding(len(tokens)), layer.mlp_rounding()
        for part in (0, 1):
            assert lost[part].max() <= allowed[part]
            worst[part] = max(worst[part], float(lost[part].max()) / allowed[part])
    assert min(worst) > 1e-3


def test_a_layer_does_what_its_name_says() -> None:
    rng = np.random.default_rng(5)
    layer = PreNormLayer.drawn(rng, 3)
    tokens = rng.normal(size=(4, 3))
    rms = np.sqrt((tokens**2).mean(axis=1) + layer.epsilon)
    assert layer.normalised(tokens, layer.mlp_gain) == pytest.approx(
        tokens / rms[:, None] * layer.mlp_gain
    )
    assert layer.length(tokens) == pytest.approx(rms * 3**0.5)
    seen = layer.normalised(tokens, layer.mlp_gain)
    gate = seen @ layer.gate.T
    assert layer.mlp(tokens) == pytest.approx(
        (gate / (1 + np.exp(-gate)) * (seen @ layer.up.T)) @ layer.down.T
    )
    weights, values = layer.heads(tokens, tokens[:1])
    by_head = [w[0] @ u @ o.T for w, u, o in zip(weights, values, layer.write, strict=True)]
    assert layer.attention(tokens, tokens[:1])[0] == pytest.approx(sum(by_head))
    assert weights.sum(axis=-1) == pytest.approx(1)


def test_the_swiglu_is_lipschitz_and_silu_no_steeper() -> None:
    grid = np.linspace(-20, 20, 40001)
    silu = grid / (1 + np.exp(-grid))
    steepest = np.abs(np.diff(silu) / np.diff(grid)).max()
    assert 1.0998 < steepest < SILU_SLOPE
    for seed in range(30):
        rng = np.random.default_rng(seed)
        layer = PreNormLayer.drawn(rng, 3)
        one, other = rng.normal(size=(2, 50, 3))
        seen = [layer.normalised(x, layer.mlp_gain) for x in (one, other)]
        assert max(np.linalg.norm(x, axis=1).max() for x in seen) <= layer.reach
        moved = np.linalg.norm(layer.mlp(one) - layer.mlp(other), axis=1)
        apart = np.linalg.norm(seen[0] - seen[1], axis=1)
        assert np.all(moved <= layer.mlp_lipschitz * apart)


def test_the_smallest_ball_is_bracketed() -> None:
    corners = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 3**0.5]])
    low, high = circumradius(corners)
    assert 1.14 < low <= 2 / 3**0.5 * (1 + 1e-15)
    assert 2 / 3**0.5 * (1 - 1e-15) <= high < 1.3
    assert diameter(corners) == pytest.approx(2)
    assert circumradius(np.array([[1.0], [5.0], [2.0]])) == (2, 2)
    assert diameter(np.array([[1.0], [5.0], [2.0]])) == 4
    for seed in range(20):
        values = sphere(np.random.default_rng(seed))[0]
        low, high = circumradius(values)
        assert diameter(values) / 2 <= low <= high <= 1.1 * low
        assert low <= 1 + 1e-12  # they lie on the unit sphere


def test_the_best_transport_of_few_tokens() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        first, second = rng.integers(0, 9, (2, 4, 2)).astype(float)
        pair = MultisetPair(first, second, draw_head(rng, first))
        costs = [
            np.mean([np.linalg.norm(first[i] - second[j]) for i, j in enumerate(order)])
            for order in permutations(range(4))
        ]
        assert pair.transport == pytest.approx(min(costs))
        assert pair.transport <= pair.longest_move
    uneven = MultisetPair(
        np.zeros((2, 1)), np.array([[0.0], [0], [3]]), SoftmaxAttention(np.zeros(1), np.eye(1))
    )
    assert uneven.transport == pytest.approx(1)
    assert len(uneven.moves) == 6
    same = MultisetPair(first, first[::-1], draw_head(rng, first))
    assert (same.transport, same.distance_rounding) == (0, 0)


def test_pairs_are_pruned_moved_merged_and_repeated() -> None:
    pairs = [drawn(MultisetPair, seed) for seed in range(100)]
    sizes = {(len(p.first) > len(p.second)) - (len(p.first) < len(p.second)) for p in pairs}
    assert sizes == {-1, 0, 1}
    assert min(p.transport for p in pairs) < 1e-4
    assert max(p.transport for p in pairs) > 0.1
    assert all(len(p.first) <= 12 for p in pairs)


def test_repeated_pictures_keep_one_copy_of_each() -> None:
    for seed in range(40):
        picture = drawn(RepeatedPicture, seed)
        n, kappa = len(picture.visual_powers), picture.copies
        assert len(picture.weights) == kappa * n + len(picture.prompt_powers)
        assert picture.kept.sum() == n + len(picture.prompt_powers)
        assert picture.weights.sum() == pytest.approx(1)
        of_copies = picture.weights[: kappa * n].reshape(kappa, n)
        assert np.ptp(of_copies, axis=0).max() == 0
        assert 0 <= picture.visual_mass <= 1


def test_weighted_runs_count_every_row_by_its_importance() -> None:
    run = WeightedSeededRun(
        np.array([[0.0], [4.0]]),
        np.array([[10.0]]),
        1,
        np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]),
        np.array([2.0, 1.0]),
    )
    assert run.token_weights.tolist() == [1, 1.5]
    assert run.cost([]) == 10 + 1.5 * 6
    assert run.cost([1]) == 4
    assert run.least_cost == 4
    assert run.all_distances.tolist() == [[0, 4, 10], [4, 0, 6], [10, 6, 0]]
    without = replace(run, seeds=np.empty((0, 1)), weights=run.weights[:, :2])
    greedy = mob.claim("attention.greedy")
    assert not greedy.applies(without)
    with pytest.raises(InvalidProblem, match="without seeds"):
        greedy.check(without)


def test_budget_runs_take_the_heaviest_first() -> None:
    run = BudgetRun(
        np.array([[0.0], [1.0], [9.0]]),
        np.array([0.1, 0.5, 0.2]),
        budget=2,
        prompt_budget=1,
        total=4,
        decay=1.0,
        dimension=1.0,
        scale=1.0,
        share=0.5,
    )
    assert run.heaviest.tolist() == [1]
    assert run.covering.picked.tolist() == [2]
    assert run.to_kept.tolist() == [1, 0, 0]
    assert run.tail == pytest.approx(0.3)
    assert replace(run, prompt_budget=2).to_kept.tolist() == [1, 0, 0]


def test_layers_read_the_last_prompt_token() -> None:
    pruning = drawn(LayerPruning, 3)
    assert pruning.row.tolist() == pruning.all_points[-1:].tolist()
    full, pruned = pruning.updates
    assert full.shape == pruned.shape == (1, pruning.all_points.shape[1])
    weights, values = pruning.heads
    assert weights.shape == values.shape[:2]


def test_stacks_count_what_each_kept_token_stands_for() -> None:
    of = CoveringProblem(np.array([[0.0], [1], [9]]), np.array([[10.0]]), 1)
    stack = StackPruning(of, Selection([], [0]), ())
    assert np.exp(stack.log_counts) == pytest.approx([2, 2])
    head = HeadPruning(of, Selection([], [0]), SoftmaxAttention(np.zeros(1), np.eye(1)))
    assert head.biased.output == pytest.approx((2 * 0 + 2 * 10) / 4)
    depths = {len(drawn(StackPruning, seed).layers) for seed in range(20)}
    assert depths == {1, 2}


def test_a_settled_margin_says_what_the_plain_one_does() -> None:
    near = settled_margin(1.0, 1.5, 1e-9, 1e-6)
    assert near.rounding == pytest.approx(1e-9 + 1.5e-6)
    far = settled_margin(1.0, 1e200, 1e-9, 1e-6)
    assert (far.holds, far.rounding) == (True, pytest.approx(1e-9 + 2e-6))
    assert settled_margin(1.0, 10.0, 0.0, 0.5).rounding == 5  # half of it is unknown
    assert settled_margin(3.0, 1.0, 0.0, 1e-6).holds is False


def test_two_values_that_differ_decide() -> None:
    fine = Margin(1.0, 2.0)
    assert margin_if_equal(1e-12, 1e-9, fine) is fine
    assert margin_if_equal(1e-6, 1e-9, fine).holds is False
