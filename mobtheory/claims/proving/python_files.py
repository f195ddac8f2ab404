"""Proof files in Python: where they are, and how one of them is run."""

import importlib.util
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from mobtheory.claims.proving.engines import how_to_get
from mobtheory.claims.proving.result import ProofResult

ENGINE_MODULES = ("sympy", "z3", "mpmath")
_ENGINES = ("sympy", "z3", "rational", "interval")
_PACKAGE = "mobtheory_proofs"


def proof_folder() -> Path:
    """``proofs/`` beside the package in a source tree, ``mobtheory/_proofs`` in a wheel."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "_proofs"
    return installed if installed.is_dir() else package.parent / "proofs"


def load_proof(name: str, folder: Path | None = None) -> ModuleType:
    """The module of a proof file, a member of one package so that it can import its neighbours."""
    folder = folder or proof_folder()
    package = sys.modules.setdefault(_PACKAGE, ModuleType(_PACKAGE))
    package.__path__ = [str(folder)]
    path = folder / name
    spec = importlib.util.spec_from_file_location(f"{_PACKAGE}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_file(name: str, folder: Path | None = None) -> ProofResult:
    """Run a proof file in this process; one that raises is a failed proof."""
    started = time.perf_counter()
    try:
        result = _checked(load_proof(name, folder).prove())
    except (Exception, SystemExit) as error:
        result = _failure(error)
    return replace(result, seconds=time.perf_counter() - started, file=name)


def _checked(result: object) -> ProofResult:
    if not isinstance(result, ProofResult):
        raise TypeError(f"prove() returned {type(result).__name__}, not ProofResult")
    if not (result.ok is None or isinstance(result.ok, bool)):
        raise TypeError(f"prove() answered {result.ok!r}, neither True, False nor None")
    if not (isinstance(result.engine, str) and isinstance(result.detail, str)):
        raise TypeError("engine and detail of a ProofResult are text")
    if result.ok and not set(result.engine.split("+")) <= set(_ENGINES):
        known = ", ".join(_ENGINES)
        raise ValueError(f"no proof without an engine: {result.engine!r}, known are {known}")
    return result


def _failure(error: BaseException) -> ProofResult:
    """A proof that raises proves nothing; a missing engine leaves it open."""
    if isinstance(error, ModuleNotFoundError) and error.name in ENGINE_MODULES:
        engine = "interval" if error.name == "mpmath" else error.name
        detail = f"engine {error.name} is not installed; {how_to_get(error.name)}"
        return ProofResult(engine, None, detail=detail)
    return ProofResult("none", False, detail=f"{type(error).__name__}: {error}")
