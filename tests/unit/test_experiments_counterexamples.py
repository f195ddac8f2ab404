"""The data of a stored counterexample: the right points, both sides, true distances."""

import numpy as np
import pytest
from scipy.spatial.distance import directed_hausdorff

import mobtheory as mob
from mobtheory.claims import Claim, Counterexample, Margin, Statement, Verdict
from mobtheory.claims.instances import Pruning
from mobtheory.experiments.counterexample import counterexample_data

REFUTED = [c for c in mob.list_claims() if c.verdict is Verdict.REFUTED]


def _planted(problem, selection):
    return Claim(
        id="planted",
        title="planted",
        source="planted",
        statement=Statement("2 <= 1"),
        reason="planted",
        verdict=Verdict.REFUTED,
        instance_type=Pruning,
        margin=lambda _: Margin(2.0, 1.0),
        counterexample=Counterexample(Pruning(problem, selection), "planted"),
    )


@pytest.mark.parametrize("claim", REFUTED, ids=lambda claim: claim.id)
def test_every_refuted_claim_has_points_that_violate_it(claim):
    data = counterexample_data(claim)
    assert data is not None
    assert data["left"] > data["right"]
    kept = [*data["prompt_centers"], *data["visual_centers"]]
    assert len(kept) == len(set(kept)) <= data["budget"]
    assert all(0 <= row < len(data["visual"]) for row in kept)


@pytest.mark.parametrize("claim", REFUTED, ids=lambda claim: claim.id)
def test_each_distance_is_that_of_its_definition_and_of_its_pair(claim):
    data = counterexample_data(claim)
    visual, prompt = (np.asarray(data[key], dtype=float) for key in ("visual", "prompt"))
    half_p, half_v = visual[data["prompt_centers"]], visual[data["visual_centers"]]
    kept = np.concatenate([half_p, half_v])

    def h(a, b):
        return directed_hausdorff(a, b)[0]

    expected = {
        "h(V → S)": h(visual, kept),
        "h(V → P)": h(visual, prompt),
        "h(P → V)": h(prompt, visual),
        "d_H(X, X_s)": h(np.concatenate([visual, prompt]), np.concatenate([kept, prompt])),
    }
    if len(half_p):
        expected["d_H(S_p, P)"] = max(h(half_p, prompt), h(prompt, half_p))
    if len(half_v):
        expected["d_H(S_v, V)"] = h(visual, half_v)
    assert {d["name"]: d["value"] for d in data["distances"]} == expected
    points = [*data["visual"], *data["prompt"]]
    for distance in data["distances"]:
        assert distance["from"] in points
        assert distance["to"] in points
        apart = np.subtract(distance["from"], distance["to"])
        assert np.linalg.norm(apart) == distance["value"]


def test_the_printed_example_of_the_truncated_half():
    data = counterexample_data(mob.claim("theorem-2.truncation"))
    assert (data["left"], data["right"]) == (998.0, pytest.approx(80.0))
    assert data["visual"] == [[1], [2], [1010], [1020]]


def test_true_claims_and_sizes_without_points_have_none():
    assert counterexample_data(mob.claim("geometry.domination")) is None
    problem = mob.CoveringProblem.from_distances([[0.0, 1.0], [1.0, 0.0]], [[1.0], [2.0]], 1)
    assert counterexample_data(_planted(problem, mob.Selection([], [0]))) is None


def test_an_empty_half_has_no_distance():
    problem = mob.CoveringProblem(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]]), 1)
    data = counterexample_data(_planted(problem, mob.Selection([], [0])))
    names = [d["name"] for d in data["distances"]]
    assert "d_H(S_p, P)" not in names
    assert "d_H(S_v, V)" in names


def test_points_are_told_as_they_are_measured():
    visual, prompt = np.array([[3.0, 4.0], [5.0, 0.0]]), np.array([[0.0, 2.0]])
    problem = mob.CoveringProblem(visual, prompt, 1, normalize=True)
    data = counterexample_data(_planted(problem, mob.Selection([0], [])))
    assert np.allclose(data["visual"], [[0.6, 0.8], [1.0, 0.0]])
    told = {d["name"]: d["value"] for d in data["distances"]}
    assert told["h(V → P)"] == pytest.approx(np.sqrt(2))
