"""The engines that check proofs: which are installed, and how to get the others."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

COQ_VERSION = "8.16"  # that the files in proofs/coq were written for
_Z3 = 'pip install "mobtheory[proofs]"'
_SYMPY = "pip install --force-reinstall mobtheory"
_COQ = "apt install coq (Debian, Ubuntu), or opam install coq"
_ANSWERS_IN = 20.0  # seconds that coqc may take to tell its version


class Engine(NamedTuple):
    """One engine.

    Attributes
    ----------
    name : as `ProofResult.engine` has it
    status : "absent" is not installed; "broken" is installed and does not work
    found : name and version, or what is wrong
    mend : how to get it or what to do, empty where nothing is needed
    """

    name: str
    status: Literal["ok", "absent", "broken"]
    found: str
    mend: str = ""


def find_engines() -> Iterator[Engine]:
    """Look at each engine."""
    yield Engine("rational", "ok", "integers and fractions of Python")
    yield _package("sympy", "sympy", "sympy", _SYMPY)
    yield _package("interval", "mpmath", "mpmath", _SYMPY)
    yield _package("z3", "z3-solver", "z3", _Z3)
    yield find_coq()


def how_to_get(module: str) -> str:
    """The line that installs the module of an engine."""
    return _Z3 if module == "z3" else _SYMPY


def _package(name: str, package: str, module: str, mend: str) -> Engine:
    try:
        import_module(module)
        return Engine(name, "ok", f"{module} {version(package)}")
    except (ModuleNotFoundError, PackageNotFoundError):
        return Engine(name, "absent", f"{module} is not installed", mend)
    except Exception as error:  # a library that does not load, in z3 an exception of its own
        repair = mend.replace("install ", "install --force-reinstall ", "force" not in mend)
        return Engine(name, "broken", f"{module} cannot be imported: {error}", repair)


def find_coq() -> Engine:
    """Look for coqc on the path and ask for its version."""
    command = shutil.which("coqc")
    return Engine("coq", "absent", "coqc is not installed", _COQ) if not command else _coq(command)


@cache
def _coq(command: str) -> Engine:
    try:
        told = subprocess.run(
            [command, "--version"],
            capture_output=True,
            check=False,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_ANSWERS_IN,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return Engine("coq", "broken", f"{command} does not run: {error}", _COQ)
    number = re.search(r"(?:Coq|Rocq)\D*, version (\d+\.\d[\w.+~-]*)", told)
    if number is None:
        first = told.strip().splitlines()[:1]
        return Engine("coq", "broken", f"{command} tells no version of Coq: {first}", _COQ)
    if number[1] != COQ_VERSION and not number[1].startswith(f"{COQ_VERSION}."):
        advice = f"the proofs were written for Coq {COQ_VERSION}; another version may refuse them"
        return Engine("coq", "ok", f"Coq {number[1]}", advice)
    return Engine("coq", "ok", f"Coq {number[1]}")
