"""What Coq compiled is used again only for what it was compiled from."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import mobtheory as mob
from mobtheory.claims import ProofResult
from mobtheory.claims.proving import coq_cache, running
from mobtheory.claims.proving.coq_cache import CoqCache
from mobtheory.claims.proving.processes import Processes

pytestmark = pytest.mark.proofs
needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not installed: apt install coq"
)
BASE = "Theorem base : 1 = 1. Proof. reflexivity. Qed.\n"
UPON = "From MobTheory Require Import Base.\nTheorem upon : 1 = 1. Proof. exact base. Qed.\n"
Prove = Callable[..., tuple[dict[str, ProofResult], list[str]]]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of compiled files."""
    monkeypatch.delenv("MOBTHEORY_COQ_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mobtheory" / "coq"


@pytest.fixture
def prove(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Path) -> Prove:
    """Prove with two planted files; which of them Coq compiled is told."""
    folder = tmp_path / "proofs" / "coq"
    folder.mkdir(parents=True)
    names = ("coq/Base.v:base", "coq/Upon.v:upon")
    claim = replace(mob.claim("lemma-1"), proof=names)
    monkeypatch.setattr(running, "proof_folder", lambda: folder.parent)
    monkeypatch.setattr(running, "select_claims", lambda pattern: (claim,))  # pyright: ignore
    ran: list[str] = []
    run = Processes.run

    def spy(self: Processes, command: list[str], *rest: Path | float) -> object:
        ran.append(command[-1])
        return run(self, command, *rest)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Processes, "run", spy)

    def prove_with(base: str = BASE, upon: str = UPON) -> tuple[dict[str, ProofResult], list[str]]:
        (folder / "Base.v").write_text(base)
        (folder / "Upon.v").write_text(upon)
        ran.clear()
        found = {result.file.partition(":")[2]: result for result in mob.prove("*")}
        assert ran.count("Asked.v") == 2 or not all(result.ok for result in found.values())
        return found, sorted(file for file in ran if file != "Asked.v")

    return prove_with


@needs_coq
def test_a_file_is_compiled_again_where_it_or_what_it_requires_has_changed(prove: Prove) -> None:
    first, compiled = prove()
    assert compiled == ["Base.v", "Upon.v"]
    again, compiled = prove()
    assert compiled == []
    for name, result in again.items():
        assert result.ok is True
        assert result.detail == first[name].detail
    assert prove(upon=UPON + "(* more *)")[1] == ["Upon.v"]
    assert prove(base=BASE + "(* more *)")[1] == ["Base.v", "Upon.v"]
    assert prove()[1] == []


@needs_coq
def test_what_is_kept_hides_no_failure(prove: Prove) -> None:
    assert all(result.ok for result in prove()[0].values())
    found, _ = prove(base=BASE.replace("1 = 1", "1 = 2"))
    assert found["base"].ok is False
    assert found["upon"].ok is False
    for _ in range(2):  # Admitted compiles, is kept, and is refused every time
        found, _ = prove(base="Theorem base : 1 = 1. Proof. Admitted.\n")
        assert found["base"].ok is False
        assert "rests on Base.base" in found["upon"].detail


@needs_coq
@pytest.mark.parametrize("damage", [b"", b"\n", None])
def test_a_damaged_file_is_compiled_again(prove: Prove, kept: Path, damage: bytes | None) -> None:
    prove()
    for path in kept.iterdir():
        content = path.read_bytes()
        path.write_bytes(content[:-1] if damage is None else damage)
    found, compiled = prove()
    assert compiled == ["Base.v", "Upon.v"]
    assert all(result.ok for result in found.values())
    assert prove()[1] == []


@needs_coq
@pytest.mark.parametrize("way", ["off", "elsewhere", "unwritable"])
def test_nothing_need_be_kept(
    prove: Prove, kept: Path, way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = {"off": "off", "elsewhere": str(tmp_path / "else"), "unwritable": "/dev/null/x"}[way]
    monkeypatch.setenv("MOBTHEORY_COQ_CACHE", chosen)
    prove()
    found, compiled = prove()
    assert all(result.ok for result in found.values())
    assert compiled == ([] if way == "elsewhere" else ["Base.v", "Upon.v"])
    assert not kept.exists()


def test_keys_differ_by_coqc_name_text_and_what_is_required(kept: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "A.v", tmp_path / "B.v"
    compiled, changed = tmp_path / "C.vo", tmp_path / "D.vo"
    for path, text in ((one, "x"), (other, "x"), (compiled, "c"), (changed, "d")):
        path.write_text(text)
    cache = CoqCache("Coq 8.16.1")
    keys = [
        cache.key(one, []),
        CoqCache("Coq 8.16.2").key(one, []),
        cache.key(other, []),
        cache.key(one, [("k", compiled)]),
        cache.key(one, [("l", compiled)]),
        cache.key(one, [("k", changed)]),
        cache.key(one, [("k", compiled), ("k", changed)]),
    ]
    one.write_text("y")
    assert len({*keys, cache.key(one, [])}) == len(keys) + 1


def test_no_more_is_kept_than_the_newest(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coq_cache, "_MOST", 2)
    compiled, target = tmp_path / "A.vo", tmp_path / "B.vo"
    cache = CoqCache("Coq 8.16.1")
    for key in ("one", "two", "three"):
        compiled.write_text(key)
        cache.keep(key, compiled)
    assert {path.name for path in kept.iterdir()} == {"two", "three"}
    assert not cache.take("one", target)
    assert cache.take("three", target)
    assert target.read_text() == "three"
