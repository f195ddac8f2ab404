"""The pytest plugin: options that name algorithms, and what becomes of their results.

pytest loads this module in every project of an environment, so it imports nothing heavy and does
nothing unless its options or its tests are used.
"""

import argparse
import json
import os
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mobtheory.testing.cases import GuaranteeCheck

PROFILES = {"quick": 50, "standard": 200, "deep": 2000}
"""Inputs for each guarantee, by profile."""
_SHIPPED = "mobtheory.conformance"
_PAYLOAD = "mobtheory_report"
"""The attribute of a test report that carries a result, also from the workers of xdist."""


@dataclass(frozen=True)
class Asked:
    """What the options ask for.

    Attributes
    ----------
    algorithms : "module:name" of each; none stands for the rules of this project
    guarantees : "contract", "all" or ids
    profile : one of `PROFILES`
    seed : of all inputs
    report : where the results go, or None
    given : whether any option was given
    """

    algorithms: tuple[str, ...]
    guarantees: str | tuple[str, ...]
    profile: str
    seed: int
    report: Path | None
    given: bool


def asked_of(config: pytest.Config) -> Asked:
    """Read the options, or their defaults where the plugin was switched off."""
    values = [config.getoption(f"mob_{name}", None) for name in _OPTIONS]
    algorithms, guarantees, profile, seed, report = values
    if guarantees not in (None, "contract", "all"):
        guarantees = tuple(id for id in map(str.strip, guarantees.split(",")) if id)
    return Asked(
        algorithms=tuple(algorithms or ()),
        guarantees="contract" if guarantees is None else guarantees,
        # What ships is known to keep its word: there it is the kit that is put to the test.
        profile=profile or ("standard" if algorithms else "quick"),
        seed=seed or 0,
        report=None if report is None else config.invocation_params.dir / report,
        given=any(value not in (None, []) for value in values),
    )


_OPTIONS = ("algorithm", "guarantees", "profile", "seed", "report")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mobtheory", "guarantees of covering algorithms")
    group.addoption(
        "--mob-algorithm",
        action="append",
        metavar="MODULE:NAME",
        help=f"check this algorithm, a callable or an object with select; may be repeated "
        f"(with --pyargs {_SHIPPED})",
    )
    group.addoption(
        "--mob-guarantees",
        metavar="IDS",
        help="contract (default: and what the algorithm's attribute names), all, or ids with "
        "commas between",
    )
    inputs = ", ".join(f"{name}: {count}" for name, count in PROFILES.items())
    group.addoption(
        "--mob-profile",
        choices=tuple(PROFILES),
        help=f"inputs for each guarantee ({inputs}; standard for named algorithms, quick without)",
    )
    group.addoption("--mob-seed", type=_seed, metavar="N", help="seed of all inputs (default 0)")
    group.addoption("--mob-report", metavar="FILE", help="write all results to this JSON file")


def _seed(text: str) -> int:
    try:
        seed = int(text)
    except ValueError:
        seed = -1
    if seed < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; pass an integer of at least 0")
    return seed


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse options that cannot be meant."""
    config.addinivalue_line("markers", "bounds: the claims against inputs that try to break them")
    asked = asked_of(config)
    if not asked.given:
        return
    for reference in asked.algorithms:
        module, colon, name = reference.partition(":")
        if not (module and colon and name):
            raise pytest.UsageError(
                f"--mob-algorithm {reference}: an algorithm is named by its module and its name; "
                "write module:name, for example my.code:select"
            )
    if asked.guarantees not in ("contract", "all"):
        _require_known(asked.guarantees)
    if asked.report is not None:
        _require_writable(asked.report)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gathered(asked), "mobtheory-gathered")


def _require_known(ids: str | tuple[str, ...]) -> None:
    if not ids:
        raise pytest.UsageError("--mob-guarantees names none; write contract, all, or ids")
    from mobtheory.errors import MobtheoryError
    from mobtheory.testing.choosing import choose

    try:
        choose(ids)
    except MobtheoryError as error:
        raise pytest.UsageError(f"--mob-guarantees: {error}") from None


def _require_writable(path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise pytest.UsageError(f"--mob-report {path}: this is a folder; name a file")
    if not folder.is_dir():
        raise pytest.UsageError(f"--mob-report {path}: make the folder {folder} first")
    if not os.access(folder, os.W_OK):
        raise pytest.UsageError(f"--mob-report {path}: {folder} cannot be written to")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the algorithms; one that cannot be called is an error of usage."""
    references = asked_of(session.config).algorithms
    if not references:
        return
    here = str(session.config.invocation_params.dir)
    if here not in sys.path:
        sys.path.insert(0, here)  # as python -m pytest and the command line of mobtheory do
    for reference in references:
        _require_callable(reference)


def _require_callable(reference: str) -> None:
    from mobtheory.errors import MobtheoryError
    from mobtheory.testing.misbehaviour import Misbehaviour
    from mobtheory.testing.target import as_algorithm

    try:
        claimed = as_algorithm(reference).guarantees
        if claimed:
            from mobtheory.testing.choosing import choose

            choose("contract", claimed)
    except Misbehaviour as error:
        raise pytest.UsageError(
            f"--mob-algorithm {reference}: {error.kind}: {error}; name a callable or an object "
            "with a method select, of (visual, prompt, budget)"
        ) from None
    except MobtheoryError as error:
        raise pytest.UsageError(
            f"--mob-algorithm {reference}, its attribute guarantees: {error}"
        ) from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Echo the options, so that a typo is seen."""
    asked = asked_of(config)
    if not asked.given:
        return []
    ids = asked.guarantees if isinstance(asked.guarantees, str) else ",".join(asked.guarantees)
    parts = [
        f"algorithms {', '.join(asked.algorithms) or 'the rules of this project'}",
        f"guarantees {ids}",
        f"profile {asked.profile} ({PROFILES[asked.profile]} inputs)",
        f"seed {asked.seed}",
        *([] if asked.report is None else [f"report {asked.report}"]),
    ]
    return [f"mobtheory: {'; '.join(parts)}"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hand the result on, and show a broken guarantee as text instead of a traceback of the kit."""
    report = yield
    check = _check_of(item)
    if check is None or call.when != "call" or check.report is None:
        return report
    (result,) = check.report.results
    payload = {
        "test": item.nodeid.partition("[")[0],
        "position": check.position,
        "report": check.report.to_dict(),
    }
    setattr(report, _PAYLOAD, json.dumps(payload))
    check.report = None
    if report.failed and call.excinfo is not None and _is_broken_guarantee(call.excinfo.value):
        shown = call.excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            rare = "too few checks: " if result.status == "skipped" else ""
            shown.reprcrash.message = f"{rare}{result.reason}"
        report.longrepr = shown
    return report


def _check_of(item: pytest.Item) -> "GuaranteeCheck | None":
    cases = sys.modules.get("mobtheory.testing.cases")
    arguments = getattr(getattr(item, "callspec", None), "params", {})
    if cases is None:
        return None
    return next((a for a in arguments.values() if isinstance(a, cases.GuaranteeCheck)), None)


def _is_broken_guarantee(error: BaseException) -> bool:
    from mobtheory.testing.results import ConformanceFailure

    return isinstance(error, ConformanceFailure)


class _Gathered:
    """Gathers the results of a whole run, from all workers of xdist, into one report."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.payloads: dict[str, dict[str, Any]] = {}
        self.unwritten = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test found."""
        if payload := getattr(report, _PAYLOAD, None):
            self.payloads[report.nodeid] = json.loads(payload)  # the last of several tries

    def reports(self) -> list[dict[str, Any]]:
        """One entry for each algorithm, as `ConformanceReport.to_dict` has it."""
        parts: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for payload in sorted(self.payloads.values(), key=lambda p: (p["test"], p["position"])):
            parts.setdefault((payload["test"], payload["position"][0]), []).append(
                payload["report"]
            )
        return [_joined(reports) for reports in parts.values()]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report; a run that checked nothing of what was named is no success."""
        if session.config.option.collectonly:
            return
        if self.asked.algorithms and not self.payloads and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        if self.asked.report is None:
            return
        try:
            _replace(self.asked.report, json.dumps(self.reports(), indent=1) + "\n")
        except OSError as error:
            self.unwritten = str(error)
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for each algorithm."""
        if terminalreporter.config.option.collectonly:
            return
        terminalreporter.section("mobtheory")
        for report in self.reports():
            terminalreporter.line(_summary(report))
        if self.asked.algorithms and not self.payloads:
            terminalreporter.line(
                f"no guarantee was checked; add --pyargs {_SHIPPED} to the arguments"
            )
        if self.unwritten:
            terminalreporter.line(f"the report was not written: {self.unwritten}")


def _joined(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """The report of an algorithm whose guarantees were checked one at a time."""
    statuses = {report["exit_status"] for report in reports}
    # A target that cannot be called says more than a broken guarantee, and that than few checks.
    status = next((s for s in (2, 1, 3) if s in statuses), 0)
    return reports[0] | {
        "passed": status == 0,
        "exit_status": status,
        "seconds": round(sum(report["seconds"] for report in reports), 3),
        "notes": list(dict.fromkeys(note for report in reports for note in report["notes"])),
        "results": [result for report in reports for result in report["results"]],
    }


def _summary(report: dict[str, Any]) -> str:
    results = report["results"]
    told = [f"{sum(r['status'] == 'passed' for r in results)} of {len(results)} guarantees kept"]
    for status, words in (
        ("failed", "broken"),
        ("skipped", "not checked often enough"),
        ("xfailed", "broken as declared"),
    ):
        if ids := [r["guarantee"] for r in results if r["status"] == status]:
            told.append(f"{words}: {', '.join(ids)}")
    told.append(f"{sum(r['checks'] for r in results)} checks in {report['seconds']:.1f} s")
    return "; ".join([f"{report['algorithm']}: {told[0]}", *told[1:], *report["notes"]])


def _replace(path: Path, text: str) -> None:
    """Write a file at once: a reader finds the old one or the new one whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
