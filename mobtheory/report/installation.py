"""What is installed, what is missing, and whether it works."""

import os
import platform
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import Any, Literal, NamedTuple

from rich.table import Table
from rich.text import Text

from mobtheory.claims.proving import find_engines
from mobtheory.errors import MobtheoryError
from mobtheory.report.replacing import require_writable
from mobtheory.report.tables import plain_table

CORE = ("numpy", "scipy", "sympy", "array-api-compat", "typer", "rich")
EXTRAS = {
    "models": ("torch", "transformers", "safetensors", "pillow"),
    "proofs": ("z3-solver",),
    "plots": ("matplotlib",),
    "test": (
        "hypothesis",
        "pytest",
        "pytest-xdist",
        "array-api-strict",
        "jsonschema",
        "scikit-learn",
    ),
    "conformance": ("hypothesis", "pytest"),
    "notebooks": ("nbmake", "ipykernel"),
    "bench": ("pytest-benchmark", "fpsample", "spopt", "pulp"),
    "third-party": (
        "hypothesis",
        "fpsample",
        "scikit-learn",
        "apricot-select",
        "submodlib-py",
        "spopt",
        "pulp",
    ),
}

_PLUGINS = ("pytest11", "hypothesis")


class Check(NamedTuple):
    """One thing that was looked at.

    ``absent`` is an optional part that is not installed; ``broken`` is one that should work and
    does not.
    """

    name: str
    status: Literal["ok", "absent", "broken"]
    found: str
    mend: str = ""


def examine_installation(folder: str = "report") -> Iterator[Check]:
    """Look at Python, packages, the kit, devices, proof engines, the checkpoint and the folder.

    Parameters
    ----------
    folder : in which a report would be written

    Yields
    ------
    Check
    """
    yield Check("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    yield _packages("core", CORE, "broken", "pip install --force-reinstall mobtheory")
    for extra, packages in EXTRAS.items():
        yield _packages(extra, packages, "absent", f'pip install "mobtheory[{extra}]"')
    yield _conformance_kit()
    yield _threads()
    yield _device()
    yield from _engines()
    yield _proof_files()
    yield _checkpoint()
    yield _folder(folder)


def installation_data(checks: list[Check]) -> dict[str, Any]:
    """The checks as plain data for JSON."""
    broken = any(check.status == "broken" for check in checks)
    return {"ok": not broken, "checks": [check._asdict() for check in checks]}


def installation_table(checks: list[Check]) -> Table:
    """The checks as a table."""
    table = plain_table()
    table.add_column("Part", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Found", overflow="fold")
    for check in checks:
        colour = {"ok": "green", "absent": "yellow", "broken": "bold red"}[check.status]
        told = Text(check.found)
        if check.mend:
            told.append(f"\n→ {check.mend}")
        table.add_row(check.name, Text(check.status, colour), told)
    return table


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _packages(
    name: str, packages: tuple[str, ...], otherwise: Literal["absent", "broken"], mend: str
) -> Check:
    found = {package: _version(package) for package in packages}
    missing = [package for package, number in found.items() if number is None]
    here = ", ".join(f"{package} {number}" for package, number in found.items() if number)
    if not missing:
        return Check(name, "ok", here)
    told = "; ".join(filter(None, (here, f"missing: {', '.join(missing)}")))
    return Check(name, otherwise, told, mend)


def _conformance_kit() -> Check:
    if _version("hypothesis") is None:
        mend = 'pip install "mobtheory[conformance]"'
        return Check("conformance kit", "absent", "it needs hypothesis", mend)
    lost = [group for group in _PLUGINS if not entry_points(group=group, name="mobtheory")]
    if lost:  # installed before there were any, or only found on the path
        told = f"no entry point in {', '.join(lost)}"
        return Check("conformance kit", "broken", told, "pip install --force-reinstall mobtheory")
    from mobtheory.testing import GUARANTEES

    return Check("conformance kit", "ok", f"{len(GUARANTEES)} guarantees; plugins registered")


def _threads() -> Check:
    limit = os.environ.get("OMP_NUM_THREADS", "not set")
    return Check("threads", "ok", f"{os.cpu_count()} processors, OMP_NUM_THREADS {limit}")


def _device() -> Check:
    if _version("torch") is None:
        return Check("device", "ok", "cpu; a GPU is only looked for when torch is installed")
    try:
        torch = import_module("torch")
    except (ImportError, OSError) as error:
        mend = 'pip install --force-reinstall "mobtheory[models]"'
        return Check("device", "broken", f"torch cannot be imported: {error}", mend)
    if torch.cuda.is_available():
        return Check("device", "ok", f"cuda: {torch.cuda.get_device_name(0)}")
    return Check("device", "ok", f"cpu, {torch.get_num_threads()} threads in torch")


def _engines() -> Iterator[Check]:
    for engine in find_engines():
        if engine.name != "rational":  # Python itself
            yield Check(f"{engine.name} engine", engine.status, engine.found, engine.mend)


def _proof_files() -> Check:
    from mobtheory.claims import list_claims
    from mobtheory.claims.proving import proof_folder

    named = {name.partition(":")[0] for claim in list_claims() for name in claim.proof}
    missing = [name for name in sorted(named) if not (proof_folder() / name).is_file()]
    if missing:
        mend = "pip install --force-reinstall mobtheory"
        return Check("proof files", "broken", f"missing: {', '.join(missing)}", mend)
    return Check("proof files", "ok", f"{len(named)} in {proof_folder()}")


def _checkpoint() -> Check:
    from mobtheory.models.embedded import read_manifest, verified_checkpoint

    try:
        folder = verified_checkpoint()
    except MobtheoryError as error:
        return Check("embedded model", "broken", f"{error.received}; {error.rule}", error.mend)
    return Check(
        "embedded model", "ok", f"{folder}, SHA-256 {read_manifest()['sha256'][:12]}… as released"
    )


def _folder(folder: str) -> Check:
    try:
        require_writable(folder)
    except MobtheoryError as error:
        return Check("report folder", "broken", error.received, error.mend)
    return Check("report folder", "ok", f"{os.path.abspath(folder)} can be written")
