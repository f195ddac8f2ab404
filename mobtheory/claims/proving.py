"""Run the proof files of a claim."""

import importlib.util
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from mobtheory.claims.registry import select_claims

_ENGINES = ("sympy", "z3")
_PACKAGE = "mobtheory_proofs"


@dataclass(frozen=True)
class ProofResult:
    """What a proof file found.

    Attributes
    ----------
    engine : "sympy", "z3", "rational" or "interval", joined by "+" where several take part
    ok : whether every step was checked; None where the engine is missing or gave up
    seconds : wall-clock time, filled in by the runner
    detail : the steps, or what failed
    file : name of the proof file, filled in by the runner
    claims : ids of the claims that name this file, filled in by the runner
    """

    engine: str
    ok: bool | None
    seconds: float = 0.0
    detail: str = ""
    file: str = ""
    claims: tuple[str, ...] = ()


def proof_folder() -> Path:
    """``proofs/`` beside the package in a source tree, ``mobtheory/_proofs`` in a wheel."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_proofs"
    return installed if installed.is_dir() else package.parent / "proofs"


def load_proof(name: str) -> ModuleType:
    """The module of a proof file, a member of one package so that it can import its neighbours."""
    folder = proof_folder()
    package = sys.modules.setdefault(_PACKAGE, ModuleType(_PACKAGE))
    package.__path__ = [str(folder)]
    path = folder / name
    spec = importlib.util.spec_from_file_location(f"{_PACKAGE}.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _failure(error: Exception) -> ProofResult:
    """A proof that raises proves nothing; a missing engine leaves it open."""
    if isinstance(error, ModuleNotFoundError) and error.name in _ENGINES:
        mend = f'engine {error.name} is not installed; pip install "mobtheory[proofs]"'
        return ProofResult(error.name, None, detail=mend)
    return ProofResult("none", False, detail=f"{type(error).__name__}: {error}")


def _run(name: str, claims: tuple[str, ...]) -> ProofResult:
    started = time.perf_counter()
    try:
        result: ProofResult = load_proof(name).prove()
    except Exception as error:
        result = _failure(error)  # the other proofs still run
    return replace(result, seconds=time.perf_counter() - started, file=name, claims=claims)


def iterate_proofs(pattern: str | list[str] | tuple[str, ...] = "*") -> Iterator[ProofResult]:
    """Run each proof file of the chosen claims once, yielding results as they come."""
    files: dict[str, list[str]] = {}
    for claim in select_claims(pattern):
        for name in claim.proof:
            files.setdefault(name, []).append(claim.id)
    for name, ids in files.items():
        yield _run(name, tuple(ids))


def prove(pattern: str | list[str] | tuple[str, ...] = "*") -> list[ProofResult]:
    """Run the proof files of one claim, of several, or of all.

    Parameters
    ----------
    pattern : claim id or shell pattern, or a list of them

    Returns
    -------
    list of ProofResult
        One per proof file, in dependency order of the claims.

    Raises
    ------
    UnknownClaim
        If nothing matches.

    Examples
    --------
    >>> import mobtheory as mob
    >>> [result.ok for result in mob.prove("theorem-1.eta-bound-product")]
    [True]
    """
    return list(iterate_proofs(pattern))
