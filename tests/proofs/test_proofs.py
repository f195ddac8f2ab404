"""The proofs run, say what they did, and would fail if they were wrong."""

import ast
import json
import os
import shutil
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

import mobtheory as mob
from mobtheory.claims import Evidence, ProofResult, iterate_proofs
from mobtheory.claims.proving import CoqSource, CoqTheorem, load_proof, proof_folder, run_file
from mobtheory.claims.proving.engines import find_coq
from mobtheory.report.coq_statements import coq_statements

pytestmark = pytest.mark.proofs

CLAIMS = {c.id: c for c in mob.list_claims()}
NAMES = sorted({name for c in CLAIMS.values() for name in c.proof})
FILES = [name for name in NAMES if not name.startswith("coq/")]
THEOREMS = [name for name in NAMES if name.startswith("coq/")]
ID_OF = {name: c.id for c in CLAIMS.values() for name in c.proof}
REFUTED = [c for c in CLAIMS.values() if c.verdict is mob.Verdict.REFUTED]
PROOF_ENGINES = {"sympy", "z3", "rational", "interval", "coq"}
LONGEST = 600.0  # seconds; 180 are allowed on two processors that do nothing else
SOURCES = {path.name: CoqSource.read(path) for path in proof_folder().glob("coq/*.v")}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ProofResult]:
    """What all proofs found; where tests run in several processes, one of them proves for all."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _prove_all()
    stored = tmp_path_factory.getbasetemp().parent / "proofs.json"
    try:
        (stored.parent / "proving").mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 2 * LONGEST
        while not stored.exists() and time.monotonic() < deadline:
            time.sleep(0.5)
        return {row["file"]: ProofResult(**row) for row in json.loads(stored.read_text())}
    found = _prove_all()
    written = stored.with_suffix(".part")
    written.write_text(json.dumps([asdict(result) for result in found.values()]))
    written.rename(stored)
    return found


def _prove_all() -> dict[str, ProofResult]:
    started = time.perf_counter()
    found = {result.file: result for result in iterate_proofs()}
    assert time.perf_counter() - started < LONGEST
    assert sum(result.seconds for name, result in found.items() if name in FILES) < 60
    return found


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_proof_is_named_and_every_name_is_a_proof() -> None:
    present = {p.name for p in proof_folder().glob("*.py") if "prove" in _functions(p)}
    assert present == set(FILES)
    assert present == {c.id.replace(".", "_").replace("-", "_") + ".py" for c in CLAIMS.values()}


def test_every_helper_is_used() -> None:
    files = {p.stem: p.read_text(encoding="utf-8") for p in proof_folder().glob("*.py")}
    helpers = set(files) - {Path(name).stem for name in FILES}
    assert helpers
    for helper in helpers:
        assert any(f"from .{helper} import" in text for text in files.values()), helper


@pytest.mark.parametrize("name", THEOREMS)
def test_every_coq_theorem_that_a_claim_names_is_stated(name: str) -> None:
    theorem = CoqTheorem.named(name)
    assert theorem is not None
    assert theorem.theorem in SOURCES[theorem.file].theorems


def test_every_coq_file_is_named_by_a_claim_or_required_by_one_that_is() -> None:
    reached: set[str] = set()
    waiting = {name.removeprefix("coq/").partition(":")[0] for name in THEOREMS}
    while waiting:
        file = waiting.pop()
        reached.add(file)
        waiting |= set(SOURCES[file].required(SOURCES)) - reached
    assert reached == set(SOURCES)


@pytest.mark.parametrize("file", sorted(SOURCES))
def test_a_coq_file_leaves_nothing_unproved_and_says_what_it_proves(file: str) -> None:
    assert SOURCES[file].assumed == ()
    text = (proof_folder() / "coq" / file).read_text(encoding="utf-8")
    assert text.startswith("(*")
    assert SOURCES[file].theorems


def test_names_that_exist_in_comments_or_strings_only_are_not_stated(tmp_path: Path) -> None:
    (tmp_path / "A.v").write_text(
        "(* Theorem ghost : (* nested *) True. Admitted. *)\n"
        "From MobTheory Require Import B. Require Import MobTheory.C Reals.\n"
        'Definition text := "Theorem (* quoted : ".\n'
        "#[local] Lemma real' (n : nat) : n = n.\nProof. admit. Admitted.\n"
    )
    source = CoqSource.read(tmp_path / "A.v")
    assert source.theorems == ("real'",)
    assert source.required(["A.v", "B.v", "C.v", "D.v"]) == ["B.v", "C.v"]
    assert source.assumed == ("admit", "Admitted")


def _must_run(result: ProofResult) -> None:
    """A theorem is skipped where Coq is missing; the gate installs it and runs all proofs."""
    if result.engine == "coq" and shutil.which("coqc") is None:
        assert result.ok is None
        pytest.skip("coqc is not installed: apt install coq")


@pytest.mark.parametrize("name", NAMES)
def test_proof_holds(name: str, results: dict[str, ProofResult]) -> None:
    result = results[name]
    _must_run(result)
    assert result.ok is True, result.detail
    assert result.detail
    assert result.claims
    assert set(result.engine.split("+")) <= PROOF_ENGINES


def test_coq_theorems_state_what_is_written(results: dict[str, ProofResult]) -> None:
    coq = find_coq()
    if coq.status != "ok" or coq.mend:  # another version may print in another way
        pytest.skip(f"statements are compared as Coq 8.16 prints them: {coq.found}; {coq.mend}")
    written = (proof_folder() / "coq" / "statements.md").read_text(encoding="utf-8")
    assert coq_statements(mob.list_claims(), results) == written, "run `make coq-statements`"


@pytest.mark.parametrize("name", FILES)
def test_docstring_states_what_is_proved(name: str) -> None:
    text = ast.get_docstring(ast.parse((proof_folder() / name).read_text(encoding="utf-8")))
    assert text is not None
    assert ID_OF[name] in text.splitlines()[0]
    assert "\n  1. " in text


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_evidence_is_what_the_proof_did(claim: mob.Claim, results: dict[str, ProofResult]) -> None:
    of_claim = [results[name] for name in claim.proof]
    engines = {engine for result in of_claim for engine in result.engine.split("+")}
    assert PROOF_ENGINES & set(claim.evidence_kinds) == engines
    prose = any(line.startswith("prose:") for r in of_claim for line in r.detail.splitlines())
    assert prose == ("prose" in claim.evidence_kinds)
    assert not (prose and claim.verdict_text == "proved")


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_proved_claims_use_proved_claims(claim: mob.Claim) -> None:
    if claim.verdict_text.endswith("(prose)"):
        return
    for used in (CLAIMS[id] for id in claim.uses if not id.startswith("assumption-")):
        assert used.verdict.claims_truth
        assert not used.verdict_text.endswith("(prose)"), used.id


@pytest.mark.parametrize("claim", REFUTED, ids=lambda c: c.id)
def test_proof_verifies_the_registered_counterexample(claim: mob.Claim) -> None:
    (name,) = (name for name in claim.proof if name in FILES)
    case = load_proof(name).COUNTEREXAMPLE
    assert claim.counterexample is not None
    instance = claim.counterexample.instance
    assert np.asarray(instance.problem.visual).ravel().tolist() == case.visual
    assert np.asarray(instance.problem.prompt).ravel().tolist() == case.prompt
    assert instance.problem.budget == case.budget
    assert instance.selection.prompt_centers.tolist() == case.prompt_centers
    assert instance.selection.visual_centers.tolist() == case.visual_centers
    for field in ("low", "high", "prompt_budget", "fold"):
        if hasattr(instance, field):
            assert getattr(instance, field) == getattr(case, field)
    if case.prompt_budget and case.high:  # regularity of P is part of the instance
        constants = instance.prompt_regularity
        assert (constants.low, constants.high) == (case.low, case.high)


def test_refuted_claims_rest_on_exact_arithmetic() -> None:
    assert all("rational" in c.evidence_kinds for c in REFUTED)


# --- what is asked of the engines can fail ----------------------------------------------------


def test_solver_tells_right_from_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    solver, space = load_proof("solver.py"), load_proof("metric_space.py")
    z3 = solver.z3
    x, y, z = z3.Consts("x y z", space.Point)
    assert solver.valid(space.dist(x, y) >= 0, space.METRIC) is True
    assert solver.valid(space.dist(x, z) <= space.dist(x, y), space.METRIC) is False

    visual, prompt, kept = (space.point_set(name) for name in "VPS")
    r = z3.Real("r")
    given = [*space.METRIC, r >= 0, space.subset(kept, visual)]
    pruned = space.hausdorff(r, space.union(visual, prompt), space.union(kept, prompt))
    covered = space.directed(r, visual, kept)
    assert solver.valid(z3.Implies(covered, pruned), given) is True
    monkeypatch.setattr(solver, "TIMEOUT_MS", 1000)  # models of wrong statements may be infinite
    assert solver.valid(z3.Implies(pruned, covered), given) is not True


@pytest.mark.parametrize(
    "name",
    [
        "covering_seeded_fps.py",
        "covering_hochbaum_shmoys.py",
        "covering_repaired_truncation.py",
        "covering_union.py",
        "covering_tradeoff.py",
    ],
)
def test_proofs_fail_without_the_triangle_inequality(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_proof(name)
    space, solver = (sys.modules[f"mobtheory_proofs.{m}"] for m in ("metric_space", "solver"))
    monkeypatch.setattr(space, "METRIC", space.METRIC[:2])
    monkeypatch.setattr(space, "TRIANGLE", space.SYMMETRY)
    monkeypatch.setattr(solver, "TIMEOUT_MS", 1000)
    helpers = [f"mobtheory_proofs.{m}" for m in ("covering_numbers", "farthest_picks")]
    for helper in helpers:  # they have taken the axioms over already
        monkeypatch.delitem(sys.modules, helper, raising=False)
    assert load_proof(name).prove().ok is not True
    for helper in helpers:
        sys.modules.pop(helper, None)


@pytest.mark.parametrize(("factor", "holds"), [(2, True), (1.9, False)])
def test_solver_knows_the_constant_of_farthest_point_sampling(factor: float, holds: bool) -> None:
    solver, small = load_proof("solver.py"), load_proof("small_metrics.py")
    metric = small.SmallMetric(4)
    visual, seeds, picks = [1, 2, 3], [0], [1]
    claimed = metric.directed(visual, seeds + picks) <= factor * metric.directed(visual, [0, 3])
    assert solver.valid(claimed, metric.axioms + metric.greedy(visual, picks, seeds)) is holds


def test_nothing_follows_from_a_contradiction() -> None:
    solver = load_proof("solver.py")
    x = solver.z3.Real("x")
    assert solver.valid(x > 0, [x > 1, x < 0]) is False


def test_solver_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    solver = load_proof("solver.py")
    monkeypatch.setattr(solver, "TIMEOUT_MS", 20)
    x, y, z = solver.z3.Ints("x y z")
    cubes = x * x * x + y * y * y + z * z * z
    assert solver.valid(cubes != 42) is None


def test_algebra_refutes_wrong_statements() -> None:
    import sympy as sp

    algebra = load_proof("algebra.py")
    x, y = sp.symbols("x y", positive=True)
    assert algebra.vanishes((x + y) ** 2 - 4 * x * y - (x - y) ** 2)
    assert not algebra.vanishes((x + y) ** 2 - 5 * x * y - (x - y) ** 2)
    assert algebra.positive(x + y)
    assert not algebra.positive(x - y)
    assert algebra.tends_to_infinity(x / 4, x)
    assert not algebra.tends_to_infinity((x + 1) / x, x)


@pytest.mark.parametrize(
    ("answers", "ok"),
    [([], False), ([True], True), ([True, None], None), ([None, False, True], False)],
)
def test_one_bad_step_spoils_the_proof(answers: list[bool | None], ok: bool | None) -> None:
    steps = load_proof("steps.py").Steps()
    steps.rests_on("a fact")
    for number, answer in enumerate(answers):
        steps.check("z3", f"step {number}", answer)
    assert steps.result().ok is ok


# --- exact arithmetic agrees with the package -------------------------------------------------


def test_exact_algorithm_1_is_algorithm_1() -> None:
    algorithm = load_proof("algorithm_1.py")
    rng = np.random.default_rng(0)
    for _ in range(200):
        visual, prompt = (rng.integers(0, 30, size=(n, 2)) for n in (8, 3))
        budget, fold = int(rng.integers(2, 9)), int(rng.integers(1, 4))
        prompt_budget = int(rng.integers(1, budget + 1))
        problem = mob.CoveringProblem(visual, prompt, budget)
        selection = mob.mob_select(problem, prompt_budget=prompt_budget, fold=fold)

        def squared(a: np.ndarray, b: np.ndarray, i: int, j: int) -> int:
            return sum(int(x) ** 2 for x in a[i] - b[j])

        seeds = algorithm.prompt_half(
            8,
            3,
            lambda v, p, a=visual, b=prompt: squared(a, b, v, p),
            prompt_budget=prompt_budget,
            fold=fold,
        )
        picks = algorithm.visual_half(
            8, lambda v, w, a=visual: squared(a, a, v, w), seeds, budget - len(seeds)
        )
        assert selection.prompt_centers.tolist() == seeds
        assert selection.visual_centers.tolist() == picks


# --- what tables print -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ((Evidence("prose", "read"),), "proved (prose)"),
        ((Evidence("z3", "five points", general=False),), "proved (prose)"),
        ((Evidence("rational", "an example", general=False),), "proved (prose)"),
        ((Evidence("z3", "five points", general=False), Evidence("z3", "any")), "proved"),
    ],
)
def test_special_cases_do_not_make_a_proof(evidence: tuple[Evidence, ...], text: str) -> None:
    claim = replace(CLAIMS["geometry.domination"], evidence=evidence)
    assert claim.verdict_text == text


@pytest.mark.parametrize("name", ["covering_seeded_fps.py", "covering_repaired_truncation.py"])
def test_a_proof_does_not_depend_on_what_was_proved_before(name: str) -> None:
    assert [run_file(name).ok for _ in range(3)] == [True] * 3
