"""The verifier believes nothing: every tampered certificate is rejected."""

from dataclasses import replace

import numpy as np
import pytest

from mobtheory.covering import (
    Certificate,
    CoveringProblem,
    k_center,
    solve_exact,
    verify_lower_bound,
)
from mobtheory.covering.optimum import Dual, Refutation
from mobtheory.covering.optimum.reduction import Dominance, Omission
from mobtheory.errors import InvalidProblem


def cycle(count):
    """Hops on a ring: k centres reach ceil((count - k) / 2k), and fractions do better."""
    hops = np.abs(np.arange(count)[:, None] - np.arange(count))
    return np.minimum(hops, count - hops).astype(float)


def searched():
    """A result whose proof needs cases: the complement of a Petersen-like graph."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        far = np.triu(rng.random((14, 14)) < 0.6, 1)
        distances = 1.0 + (far | far.T)
        np.fill_diagonal(distances, 0)
        for k in (2, 3, 4):
            result = k_center(distances, k)
            if result.certificate.kind == "search":
                return distances, result
    raise AssertionError("no instance needed cases")


SEARCHED = searched()


def with_refutation(result, refutation):
    return replace(result, certificate=Certificate(refutation))


def test_a_proof_by_cases_is_confirmed_and_says_how_many():
    distances, result = SEARCHED
    check = verify_lower_bound(distances, result)
    assert check.confirmed
    assert check.cases > 1
    assert check.trusted is None


def test_a_higher_lower_end_does_not_follow():
    for distances, result in (SEARCHED, (cycle(12), k_center(cycle(12), 3))):
        assert verify_lower_bound(distances, result).confirmed
        for lower in (result.lower * 1.001, result.lower + 1):
            check = verify_lower_bound(distances, replace(result, lower=lower))
            assert not check.confirmed
            assert check.reason


def test_more_centers_than_were_refuted_do_not_follow():
    for distances, result in (SEARCHED, (cycle(12), k_center(cycle(12), 3))):
        limits = (result.limits[0] + 1,)
        assert not verify_lower_bound(distances, replace(result, limits=limits)).confirmed


def test_an_empty_proof_proves_only_zero():
    distances, result = SEARCHED
    check = verify_lower_bound(distances, with_refutation(result, None))
    assert not check.confirmed
    nothing = with_refutation(result, Refutation(()))
    assert not verify_lower_bound(distances, nothing).confirmed
    assert verify_lower_bound(distances, replace(with_refutation(result, None), lower=0)).confirmed


def packed():
    distances = cycle(12)
    result = k_center(distances, 3)
    (dual,) = result.certificate.refutation.steps
    return distances, result, dual


@pytest.mark.parametrize(
    "tamper",
    [
        lambda dual: replace(dual, weights=dual.weights * 2),
        lambda dual: replace(dual, weights=-dual.weights),
        lambda dual: replace(dual, prices=(0,)),
        lambda dual: replace(dual, prices=(-1,)),
        lambda dual: replace(dual, prices=(1, 1)),
        lambda dual: replace(dual, rows=dual.rows[:1], weights=dual.weights[:1]),
        lambda dual: replace(dual, rows=np.zeros_like(dual.rows)),
        lambda dual: replace(dual, tokens=np.arange(3), tolls=np.ones(3, dtype=np.int64)),
        lambda dual: replace(dual, weights=dual.weights * 2**61, prices=(2**61,)),
    ],
)
def test_a_tampered_dual_is_rejected(tamper):
    distances, result, dual = packed()
    tampered = with_refutation(result, Refutation((tamper(dual),)))
    assert not verify_lower_bound(distances, tampered).confirmed


def test_a_missing_case_is_noticed():
    distances, result = SEARCHED
    root = result.certificate.refutation
    assert len(root.children) > 1
    for left_out in range(len(root.children)):
        children = tuple(c for n, c in enumerate(root.children) if n != left_out)
        tampered = with_refutation(result, replace(root, children=children))
        check = verify_lower_bound(distances, tampered)
        assert not check.confirmed
        assert "cases" in check.reason


def test_an_open_case_is_noticed():
    distances, result = SEARCHED
    root = result.certificate.refutation
    (first, _), *others = root.children
    tampered = replace(root, children=((first, Refutation(())), *others))
    assert not verify_lower_bound(distances, with_refutation(result, tampered)).confirmed


@pytest.mark.parametrize(
    ("dropped", "kept"),
    [
        ([12], [18]),
        ([12], [12]),
        ([12], [-12]),
        ([12, 13], [14]),
        ([12, 12], [13, 13]),
        ([99], [12]),
    ],
)
def test_a_column_left_out_without_a_stand_in_is_noticed(dropped, kept):
    distances, result, dual = packed()
    step = Dominance(np.asarray(dropped), np.asarray(kept))
    tampered = with_refutation(result, Refutation((step, dual)))
    assert not verify_lower_bound(distances, tampered).confirmed


def test_all_columns_standing_in_for_themselves_prove_nothing():
    distances, result, _ = packed()
    count, none = len(distances), np.zeros(0, dtype=np.int64)
    columns = np.arange(count, 2 * count)
    one = np.asarray([1])
    row = Dual(np.asarray([0]), one, (0,), none, none)
    for kept in (columns, columns - 2 * count):
        forged = replace(
            with_refutation(result, Refutation((Dominance(columns, kept), row))), lower=1e9
        )
        assert not verify_lower_bound(distances, forged).confirmed


def test_one_toll_is_not_paid_by_many_tokens():
    rng = np.random.default_rng(2)
    problem = CoveringProblem(rng.normal(size=(10, 3)), rng.normal(size=(2, 3)), 6)
    result = solve_exact(problem)
    one = np.asarray([1])
    for tokens in (np.arange(10), np.zeros(10, dtype=np.int64)):
        dual = Dual(np.asarray([0, 2]), np.asarray([1, 1]), (0,), tokens, one)
        forged = replace(with_refutation(result, Refutation((dual,))), lower=100.0)
        assert not verify_lower_bound(problem, forged).confirmed


def test_rows_left_out_weaken_a_proof_and_never_help_it():
    distances, result, dual = packed()
    harmless = Omission(np.setdiff1d(np.arange(12), dual.rows))
    assert verify_lower_bound(
        distances, with_refutation(result, Refutation((harmless, dual)))
    ).confirmed
    for rows in (dual.rows[:1], np.arange(12), np.asarray([99]), np.asarray([-1])):
        tampered = with_refutation(result, Refutation((Omission(rows), dual)))
        assert not verify_lower_bound(distances, tampered).confirmed


def test_the_word_of_a_solver_is_named_and_not_confirmed():
    distances, result, _ = packed()
    check = verify_lower_bound(distances, with_refutation(result, Refutation((), solver="HiGHS")))
    assert not check.confirmed
    assert check.confirmed_given_trust
    assert check.trusted == "HiGHS"
    assert with_refutation(result, Refutation((), solver="HiGHS")).certificate.kind == "solver"


def test_all_objectives_and_splits_are_confirmed():
    rng = np.random.default_rng(2)
    problem = CoveringProblem(rng.normal(size=(30, 3)), rng.normal(size=(5, 3)), 7)
    for objective in ("radius", "union", "k-center"):
        for split in (None,) if objective == "k-center" else (None, 2, 4):
            result = solve_exact(problem, objective=objective, prompt_budget=split)
            assert result.limits == ((7,) if split is None else (split, 7 - split))
            assert verify_lower_bound(problem, result).confirmed
            assert verify_lower_bound(problem.with_budget(7), result).confirmed
            for other in (6, 8):
                with pytest.raises(InvalidProblem, match="budget"):
                    verify_lower_bound(problem.with_budget(other), result)
            raised = replace(result, lower=float(np.nextafter(result.lower, np.inf)) + 1e-9)
            assert not verify_lower_bound(problem, raised).confirmed


def test_a_bare_matrix_has_no_prompt():
    rng = np.random.default_rng(2)
    problem = CoveringProblem(rng.normal(size=(9, 3)), rng.normal(size=(2, 3)), 4)
    with pytest.raises(InvalidProblem, match="only a k-center needs no prompt"):
        verify_lower_bound(problem.visual_visual, solve_exact(problem))


@pytest.mark.parametrize("lower", [float("nan"), float("inf")])
def test_a_lower_end_that_is_no_distance_is_not_confirmed(lower):
    distances, result = SEARCHED
    assert not verify_lower_bound(distances, replace(result, lower=lower)).confirmed


def test_what_is_no_result_is_refused():
    for wrong in (None, 3, replace(SEARCHED[1], objective="mean")):
        with pytest.raises(InvalidProblem, match="ExactResult"):
            verify_lower_bound(SEARCHED[0], wrong)


def test_a_proof_on_few_rows_leaves_the_others_out():
    points = np.random.default_rng(662664).normal(size=(83, 5))
    distances = CoveringProblem(points, points[:1], 1).visual_visual
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mobtheory.covering.optimum.task._ROWS_AT_ONCE", 10)
        result = k_center(distances, 6)
    assert result.upper == k_center(distances, 6).upper
    assert verify_lower_bound(distances, result).confirmed


def test_kinds_and_texts():
    distances, result, dual = packed()
    assert result.certificate.kind == "packing"
    assert repr(result.certificate) == "Certificate(kind='packing', cases=1)"
    assert repr(SEARCHED[1].certificate).startswith("Certificate(kind='search', cases=")
    near = CoveringProblem([[0.0], [1.0], [2.0]], [[50.0]], 2)
    assert solve_exact(near).certificate.kind == "dual"
    weighted = Dual(dual.rows, dual.weights * 3, (3,), dual.tokens, dual.tolls)
    assert Certificate(Refutation((weighted,))).kind == "dual"
    assert verify_lower_bound(distances, with_refutation(result, Refutation((weighted,)))).confirmed
