"""Whatever goes wrong with a proof is reported by its name, and the others still run."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import mobtheory as mob
from mobtheory.claims import ProofResult, iterate_proofs
from mobtheory.claims.proving import coq_answers, find_engines, running
from mobtheory.errors import InvalidProblem, UnknownClaim

pytestmark = pytest.mark.proofs

HEADER = "from mobtheory.claims.proving import ProofResult\n"
FINE = HEADER + "def prove():\n    return ProofResult('sympy', True, detail='a step')\n"
HANGS = "def prove():\n    while True:\n        pass\n"
TRIVIAL = "Theorem fine : 1 = 1. Proof. reflexivity. Qed.\n"
# 2^60 evaluations, in constant memory
ENDLESS = """Fixpoint slow (n : nat) := match n with 0 => true | S m => andb (slow m) (slow m) end.
Eval vm_compute in slow 60.
"""
needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not installed: apt install coq"
)
Prove = Callable[..., dict[str, ProofResult]]


@pytest.fixture
def prove(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Prove:
    """Run planted proof files and theorems that one claim names."""
    monkeypatch.setenv("MOBTHEORY_COQ_CACHE", "off")
    folder = tmp_path / "proofs"
    (folder / "coq").mkdir(parents=True)

    def run(files: dict[str, str], *names: str, **options: float) -> dict[str, ProofResult]:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        before = sorted(path.name for path in folder.rglob("*"))
        python = [name for name in files if not name.startswith("coq/")]
        claim = replace(mob.claim("lemma-1"), proof=(*python, *names))
        with monkeypatch.context() as patch:
            patch.setattr(running, "proof_folder", lambda: folder)
            patch.setattr(running, "select_claims", lambda pattern: (claim,))
            results = mob.prove("*", **options)  # pyright: ignore[reportArgumentType]
        assert [result.file for result in results] == list(claim.proof)
        assert all(result.claims == ("lemma-1",) for result in results)
        after = sorted(path.name for path in folder.rglob("*") if "__pycache__" not in str(path))
        assert after == before  # nothing is written among the proofs
        return {result.file: result for result in results}

    return run


# --- Python files ------------------------------------------------------------------------------


def test_what_fails_is_told_by_name_and_the_rest_runs(prove: Prove) -> None:
    found = prove(
        {
            "raises.py": "def prove():\n    raise ValueError('boom')\n",
            "broken.py": "def prove(:\n",
            "typo.py": "import no_such_module\n",
            "nothing.py": "def prove():\n    return None\n",
            "truthy.py": HEADER + "def prove():\n    return ProofResult('z3', 1)\n",
            "wordless.py": HEADER + "def prove():\n    return ProofResult('z3', True, detail=1)\n",
            "engineless.py": HEADER + "def prove():\n    return ProofResult('none', True)\n",
            "magic.py": HEADER + "def prove():\n    return ProofResult('z3+magic', True)\n",
            "coqless.py": HEADER + "def prove():\n    return ProofResult('coq', True)\n",
            "exits.py": "import sys\ndef prove():\n    sys.exit(0)\n",
            "leaves.py": "import os\ndef prove():\n    os._exit(0)\n",
            "crashes.py": "import ctypes\ndef prove():\n    ctypes.string_at(0)\n",
            "killed.py": "import os\ndef prove():\n    os.kill(os.getpid(), 9)\n",
            "swells.py": "def prove():\n    return bytearray(1 << 60)\n",
            "fine.py": FINE,
        },
        "absent.py",
    )
    told = {
        "raises.py": "ValueError: boom",
        "broken.py": "SyntaxError",
        "typo.py": "no_such_module",
        "nothing.py": "NoneType",
        "truthy.py": "neither True, False nor None",
        "wordless.py": "text",
        "engineless.py": "no proof without an engine: 'none'",
        "magic.py": "no proof without an engine: 'z3+magic'",
        "coqless.py": "no proof without an engine: 'coq'",
        "exits.py": "SystemExit",
        "leaves.py": "ended without an answer: exit status 0",
        "crashes.py": "SIGSEGV",
        "killed.py": "SIGKILL",
        "swells.py": "MemoryError",
        "absent.py": "absent.py",
    }
    for name, words in told.items():
        assert found[name].ok is False, name
        assert words in found[name].detail
    assert found["fine.py"].ok is True
    assert (found["fine.py"].engine, found["fine.py"].detail) == ("sympy", "a step")


def test_what_hangs_is_undecided_and_the_rest_runs(prove: Prove) -> None:
    started = time.perf_counter()
    files = {"hangs.py": HANGS, "fine.py": FINE}
    found = prove(files, jobs=1, time_limit=1.0)
    assert found["hangs.py"].ok is None
    assert found["hangs.py"].detail == "no answer in 1 s"
    assert found["fine.py"].ok is True
    assert time.perf_counter() - started < 60


def test_what_a_proof_prints_or_reads_is_no_answer(prove: Prove) -> None:
    forged = '{"engine": "z3", "ok": true, "seconds": 0, "detail": "", "file": "", "claims": []}'
    found = prove(
        {
            "prints.py": "import os, sys\ndef prove():\n"
            f"    print('''{forged}''', flush=True)\n    os.write(1, b'''{forged}\\n''')\n"
            "    assert sys.stdin.read() == ''\n    raise ValueError('boom')\n",
            "fine.py": FINE,
        },
        jobs=1,
    )
    assert found["prints.py"].ok is False
    assert "boom" in found["prints.py"].detail
    assert found["fine.py"].ok is True


def test_no_proof_sees_what_another_left_behind(prove: Prove) -> None:
    if sys.platform != "linux":
        pytest.skip("elsewhere a process runs one file")
    leaves = "import sympy\nsympy.left_behind = True\n" + FINE
    looks = (
        "import sympy\n"
        + HEADER
        + "def prove():\n    return ProofResult('sympy', not hasattr(sympy, 'left_behind'))\n"
    )
    found = prove({"leaves.py": leaves, "looks.py": looks}, jobs=1)
    assert found["looks.py"].ok is True


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "z3.py").write_text("raise ModuleNotFoundError('No module', name='z3')\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = {result.file: result for result in mob.prove(["lemma-1", "assumption-1"])}
    assert found["assumption_1.py"].ok is True
    assert found["lemma_1.py"].ok is None
    assert found["lemma_1.py"].engine == "z3"
    assert 'pip install "mobtheory[proofs]"' in found["lemma_1.py"].detail


def test_an_unknown_claim_is_named() -> None:
    with pytest.raises(UnknownClaim, match=r"theorem-2\.fpz"):
        mob.prove("theorem-2.fpz")


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), True, "60"])
def test_a_time_limit_is_a_positive_number(limit: float) -> None:
    with pytest.raises(InvalidProblem, match="time_limit"):
        iterate_proofs("lemma-1", time_limit=limit)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True])
def test_jobs_are_a_positive_integer(jobs: int) -> None:
    with pytest.raises(InvalidProblem, match="jobs"):
        iterate_proofs("lemma-1", jobs=jobs)


PLANTED = """
import signal, sys
from dataclasses import replace
from pathlib import Path
import mobtheory as mob
from mobtheory.claims.proving import running
from mobtheory.cli import main
from mobtheory.report import proof_runs

folder, *names = sys.argv[1:]
claim = replace(mob.claim("lemma-1"), proof=tuple(names))
running.proof_folder = lambda: Path(folder)
running.select_claims = proof_runs.select_claims = lambda pattern: (claim,)
sys.argv = ["mobtheory", "prove", "--jobs", "2", "--time-limit", "300"]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may ignore it
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_however_the_command_is_ended_it_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    proofs = tmp_path / "proofs"
    (proofs / "coq").mkdir(parents=True)
    started = tmp_path / "started"
    text = f"import pathlib\npathlib.Path({str(started)!r}).touch()\n" + HANGS
    (proofs / "hangs.py").write_text(text)
    (proofs / "coq" / "Endless.v").write_text(ENDLESS + TRIVIAL)
    expected = 4 if shutil.which("coqc") else 3  # a guard, a worker, the child of that; coqc
    with subprocess.Popen(
        [sys.executable, "-c", PLANTED, str(proofs), "hangs.py", "coq/Endless.v:fine"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 120
        family: set[int] = set()
        while not (started.exists() and len(family) > expected):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
            family = _family(process.pid)
        process.send_signal(signal.Signals[name])
        _, error = process.communicate(timeout=60)
    assert process.returncode == (130 if name == "SIGINT" else -signal.Signals[name])
    assert error.endswith("interrupted\n" if name == "SIGINT" else "")
    deadline = time.monotonic() + 30
    while (left := _left(family, tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def _family(head: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {pid: parent for pid, parent, _ in _processes()}
    family = {head}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _left(family: set[int], temporary: Path) -> list[object]:
    """The processes of a family that live, and the folders in which they worked."""
    alive = {pid for pid, _, state in _processes() if not state.startswith("Z")}
    return [*(family & alive), *temporary.glob("mobtheory-coq-*")]


def _processes() -> list[tuple[int, int, str]]:
    """Number, parent and state of each; the dead whom nobody has asked for are in state Z."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [(int(pid), int(parent), state) for pid, parent, state in rows]


# --- Coq ---------------------------------------------------------------------------------------

REALS = "Require Import Reals Lra.\nOpen Scope R_scope.\n"


@needs_coq
def test_a_theorem_passes_with_its_statement_and_what_it_rests_on(prove: Prove) -> None:
    found = prove(
        {
            "coq/Base.v": REALS + "Lemma twice (x : R) : x + x = 2 * x. Proof. ring. Qed.\n",
            "coq/Next.v": "From MobTheory Require Import Base.\n"
            + REALS
            + "Theorem order (x y : R) : x <= y -> 2 * x <= y + y.\n"
            "Proof. rewrite twice. lra. Qed.\n" + TRIVIAL.replace("1 = 1", "1%nat = 1%nat"),
            "coq/Unused.v": "Syntax error.",
        },
        "coq/Next.v:order",
        "coq/Next.v:fine",
    )
    order, fine = found["coq/Next.v:order"], found["coq/Next.v:fine"]
    assert order.engine == fine.engine == "coq"
    assert order.ok is True, order.detail
    assert "forall x y : R, x <= y -> 2 * x <= y + y" in order.detail
    assert "sig_forall_dec" in order.detail
    assert fine.ok is True
    assert fine.detail.endswith("axioms of Coq's library: none")
    assert order.seconds == fine.seconds > 0


@needs_coq
def test_what_rests_on_an_axiom_or_a_gap_fails(prove: Prove) -> None:
    text = (
        "Lemma hole : 1 = 2. Proof. Admitted.\n"
        "Theorem admitted : 2 = 3. Proof. Admitted.\n"
        "Theorem on_a_hole : 1 = 2. Proof. exact hole. Qed.\n"
        "Axiom sig_forall_dec : False.\n"  # the name of an axiom that is allowed
        "Module ClassicalDedekindReals. Axiom sig_not_dec : False. End ClassicalDedekindReals.\n"
        "Theorem on_an_axiom : 1 = 2. Proof. destruct sig_forall_dec. Qed.\n"
        "Theorem on_a_namesake : 1 = 2.\n"
        "Proof. destruct ClassicalDedekindReals.sig_not_dec. Qed.\n"
        "Unset Guard Checking. Fixpoint loop (n : nat) : False := loop n.\n"
        "Theorem on_a_loop : 1 = 2. Proof. destruct (loop 0). Qed.\n"
        "Theorem number : nat. Proof. exact 3. Qed.\n"
        "Module Inner. Theorem inside : 1 = 1. Proof. reflexivity. Qed. End Inner.\n"
    )
    told = {
        "admitted": "rests on Bad.admitted",
        "on_a_hole": "rests on Bad.hole",
        "on_an_axiom": "rests on Bad.sig_forall_dec",
        "on_a_namesake": "rests on Bad.ClassicalDedekindReals.sig_not_dec",
        "on_a_loop": "assumed to be guarded",
        "number": "for no theorem",
        "inside": "not found",
    }
    names = [f"coq/Bad.v:{theorem}" for theorem in told]
    found = prove({"coq/Bad.v": TRIVIAL + text}, *names, "coq/Bad.v:fine")
    for name, words in zip(names, told.values(), strict=True):
        assert found[name].ok is False, name
        assert words in found[name].detail
    assert found["coq/Bad.v:fine"].ok is True, found["coq/Bad.v:fine"].detail


@needs_coq
def test_a_file_that_poses_as_one_of_coqs_library_fails(prove: Prove) -> None:
    text = "Axiom classic : False. Theorem wrong : 1 = 2. Proof. destruct classic. Qed.\n"
    found = prove({"coq/Classical_Prop.v": text}, "coq/Classical_Prop.v:wrong")
    assert found["coq/Classical_Prop.v:wrong"].ok is False
    assert "Coq's library" in found["coq/Classical_Prop.v:wrong"].detail


@needs_coq
def test_an_error_fails_what_is_in_the_file_and_what_requires_it(prove: Prove) -> None:
    found = prove(
        {
            "coq/Wrong.v": TRIVIAL + "Theorem false : 1 = 2. Proof. reflexivity. Qed.\n",
            "coq/Upon.v": "From MobTheory Require Wrong.\n" + TRIVIAL,
            "coq/Typo.v": TRIVIAL + "Theorem typo : 1 = 1\n",
            "coq/Apart.v": TRIVIAL,
        },
        *(f"coq/{file}.v:fine" for file in ("Wrong", "Upon", "Typo", "Apart")),
    )
    assert found["coq/Apart.v:fine"].ok is True
    for file in ("Wrong", "Upon", "Typo"):
        assert found[f"coq/{file}.v:fine"].ok is False
    assert "Wrong.v, line 2" in found["coq/Upon.v:fine"].detail
    assert "Syntax error" in found["coq/Typo.v:fine"].detail


@needs_coq
def test_two_files_may_have_theorems_of_one_name(prove: Prove) -> None:
    other = "Theorem fine : 2 = 2. Proof. Admitted.\n"
    found = prove({"coq/A.v": TRIVIAL, "coq/B.v": other}, "coq/A.v:fine", "coq/B.v:fine")
    assert found["coq/A.v:fine"].ok is True
    assert found["coq/B.v:fine"].ok is False


@needs_coq
def test_coq_that_does_not_end_is_undecided_and_the_rest_runs(prove: Prove) -> None:
    found = prove(
        {
            "coq/Endless.v": ENDLESS + TRIVIAL,
            "coq/Upon.v": "From MobTheory Require Endless.\n" + TRIVIAL,
            "coq/Apart.v": TRIVIAL,
            "fine.py": FINE,
        },
        *(f"coq/{file}.v:fine" for file in ("Endless", "Upon", "Apart")),
        time_limit=15.0,
    )
    for file in ("Endless", "Upon"):
        assert found[f"coq/{file}.v:fine"].ok is None
        assert found[f"coq/{file}.v:fine"].detail == "no answer in 15 s: coq/Endless.v"
    assert found["coq/Apart.v:fine"].ok is True
    assert found["fine.py"].ok is True


def test_names_of_no_theorem_fail_with_and_without_coq(
    prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("coq/Real.v:fines", "coq/Rael.v:fine", "coq/Real.v", "coq/Real.v:ghost")
    files = {"coq/Real.v": TRIVIAL + "(* Theorem ghost : 1 = 1. *)\n"}
    for _ in range(2):
        found = prove(files, *names)
        assert {result.ok for result in found.values()} == {False}
        assert "nearest: fine" in found["coq/Real.v:fines"].detail
        assert "nearest: Real.v" in found["coq/Rael.v:fine"].detail
        assert "coq/File.v:theorem" in found["coq/Real.v"].detail
        monkeypatch.setenv("PATH", "")


@needs_coq
def test_files_that_require_each_other_fail_with_what_requires_them(prove: Prove) -> None:
    requires = "From MobTheory Require Import {}.\n" + TRIVIAL
    found = prove(
        {
            "coq/A.v": requires.format("B"),
            "coq/B.v": requires.format("A"),
            "coq/Self.v": requires.format("Self"),
            "coq/Upon.v": requires.format("A"),
            "coq/Apart.v": TRIVIAL,
        },
        *(f"coq/{file}.v:fine" for file in ("A", "B", "Self", "Upon", "Apart")),
    )
    assert found.pop("coq/Apart.v:fine").ok is True
    for result in found.values():
        assert result.ok is False
        assert "require each other" in result.detail
    assert "Self.v <- Self.v" in found["coq/Self.v:fine"].detail
    assert "A.v" in found["coq/Upon.v:fine"].detail


@needs_coq
def test_a_namesake_of_one_of_coqs_files_stands_in_nobodys_way(prove: Prove) -> None:
    broken = "Theorem fine : 1 = 2. Proof. reflexivity. Qed.\n"
    found = prove(
        {
            "coq/Reals.v": REALS + "Theorem fine (x : R) : x <= x. Proof. lra. Qed.\n",
            "coq/Lra.v": broken,
            "coq/List.v": "Definition nil := 0.\n" + TRIVIAL,
            "coq/Upon.v": "Require MobTheory.Reals.\nRequire Import List.\n"
            + REALS
            + "Theorem fine (x : R) : length (x :: nil) = 1%nat. Proof. reflexivity. Qed.\n",
        },
        *(f"coq/{file}.v:fine" for file in ("Reals", "Lra", "List", "Upon")),
    )
    assert found["coq/Lra.v:fine"].ok is False
    for file in ("Reals", "List", "Upon"):
        assert found[f"coq/{file}.v:fine"].ok is True, found[f"coq/{file}.v:fine"].detail


def test_without_coq_its_theorems_stay_open_and_the_rest_runs(
    prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    found = prove({"coq/A.v": TRIVIAL, "fine.py": FINE}, "coq/A.v:fine")
    assert found["fine.py"].ok is True
    assert found["coq/A.v:fine"].ok is None
    assert found["coq/A.v:fine"].engine == "coq"
    assert "apt install coq" in found["coq/A.v:fine"].detail


def _fake_coqc(folder: Path, script: str) -> None:
    command = folder / "bin" / "coqc"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


VERSION = 'if [ "$1" = --version ]; then echo "The Coq Proof Assistant, version {}"; exit; fi'


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of a POSIX shell")
@pytest.mark.parametrize(
    ("script", "ok", "told"),
    [
        ("echo garbage; head -c 300000 /dev/urandom", None, "tells no version of Coq"),
        ("exit 7", None, "tells no version of Coq"),
        (VERSION.format("8.16.1") + "\nhead -c 300000 /dev/urandom", False, "compiled nothing"),
        (VERSION.format("8.16.1") + "\necho garbage; exit 7", False, "exit status 7: garbage"),
        # it compiles, and then says nothing about any theorem
        (
            VERSION.format("8.16.1") + '\ntouch "$3/A.vo"; echo Closed under the global context',
            False,
            "said nothing about MobTheory.A.fine",
        ),
        (VERSION.format("8.20.0") + "\nexit 1", False, "were written for Coq 8.16"),
    ],
)
def test_a_coqc_that_is_none_proves_nothing(
    prove: Prove,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    script: str,
    ok: bool | None,
    told: str,
) -> None:
    _fake_coqc(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    result = prove({"coq/A.v": TRIVIAL}, "coq/A.v:fine")["coq/A.v:fine"]
    assert result.ok is ok
    assert told in result.detail


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of a POSIX shell")
def test_another_version_of_coq_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake_coqc(tmp_path, VERSION.format("8.20.0"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (engine,) = (engine for engine in find_engines() if engine.name == "coq")
    assert (engine.status, engine.found) == ("ok", "Coq 8.20.0")
    assert "8.16" in engine.mend


def test_the_allowed_axioms_are_those_of_coqs_real_analysis() -> None:
    names = {name.rpartition(".")[2] for name in coq_answers.ALLOWED}
    assert names == {
        "sig_forall_dec",
        "sig_not_dec",
        "functional_extensionality_dep",
        "classic",
    }
