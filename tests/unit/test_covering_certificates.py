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
from mobtheory.covering.optimum.reduction import Dominance, Implication
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


@pytest.mark.parametrize("kind", [Dominance, Implication])
def test_a_reduction_that_does_not_follow_is_rejected(kind):
    distances, result, dual = packed()
    offset = len(distances) if kind is Dominance else 0
    for dropped, kept in ((0, 6), (0, 0)):
        step = kind(np.asarray([dropped + offset]), np.asarray([kept + offset]))
        tampered = with_refutation(result, Refutation((step, dual)))
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
            for other in (problem.with_budget(7), problem):
                assert verify_lower_bound(other, result).confirmed
            raised = replace(result, lower=float(np.nextafter(result.lower, np.inf)) + 1e-9)
            assert not verify_lower_bound(problem, raised).confirmed


def test_a_bare_matrix_has_no_prompt():
    rng = np.random.default_rng(2)
    problem = CoveringProblem(rng.normal(size=(9, 3)), rng.normal(size=(2, 3)), 4)
    with pytest.raises(InvalidProblem, match="only a k-center needs no prompt"):
        verify_lower_bound(problem.visual_visual, solve_exact(problem))


def test_kinds_and_texts():
    distances, result, dual = packed()
    assert result.certificate.kind == "packing"
    assert repr(result.certificate) == "Certificate(kind='packing', cases=1)"
    assert repr(SEARCHED[1].certificate).startswith("Certificate(kind='search', cases=")
    weighted = Dual(dual.rows, dual.weights * 3, (3,), dual.tokens, dual.tolls)
    assert Certificate(Refutation((weighted,))).kind == "dual"
    assert verify_lower_bound(distances, with_refutation(result, Refutation((weighted,)))).confirmed
