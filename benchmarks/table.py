"""Turn the results into the table of docs/benchmarks.md.

``python -m benchmarks.table`` prints it, ``--write`` puts it between the markers of the page.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "full.json"
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- table: begin; written by `python -m benchmarks.table --write` -->"
END = "<!-- table: end -->"
NOTHING = "No full run has been committed yet.\n"

# The groups in the order of the page.
TITLES = {
    "pmed": "OR-Library's 40 graphs, exact k-center",
    "clouds": "Clouds, exact k-center",
    "joint": "The joint problem, exact",
    "front": "The front over the splits of the budget",
    "selection": "Farthest-point sampling",
    "mob_select": "Algorithm 1",
    "batches": "Batches of images",
    "scaling": "Growth of Algorithm 1 against the claimed N (L + K) d",
    "point clouds": "Point clouds",
    "memory": "Peak memory",
}
HEADER = "| case | result | time | beside | target |\n|---|---|---|---|---|\n"


def tables(results: dict[str, Any]) -> str:
    """The text between the markers: the machine, then one table for each group."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for benchmark in results["benchmarks"]:
        if "case" in benchmark["extra_info"]:  # a benchmark that failed left no row
            groups.setdefault(benchmark["group"], []).append(benchmark["extra_info"])
    targets = [t for rows in groups.values() for row in rows for t in row["targets"]]
    reached = sum(target["reached"] for target in targets)
    parts = [_machine(results), f"Targets reached: {reached} of {len(targets)}.\n"]
    for group, title in TITLES.items():
        if group in groups:
            rows = "".join(map(_row, groups[group]))
            parts.append(f"### {title}\n\n{HEADER}{rows}")
    return "\n".join(parts)


def missing(results: dict[str, Any]) -> list[str]:
    """Groups of which the results hold nothing, and benchmarks that failed."""
    groups = set(TITLES) - {b["group"] for b in results["benchmarks"]}
    return sorted(groups | {b["name"] for b in results["benchmarks"] if not b["extra_info"]})


def placed(page: str, text: str) -> str:
    """The page with the text between its markers."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


def expected_page(page: str, results: Path = RESULTS) -> str:
    """The page as it must read with the results that are there."""
    text = tables(json.loads(results.read_text())) if results.is_file() else NOTHING
    return placed(page, text)


def _machine(results: dict[str, Any]) -> str:
    machine = results["machine_info"]
    versions = ", ".join(f"{name} {v}" for name, v in machine["versions"].items())
    quick = "**Smoke run: these figures measure nothing.** " if results["quick"] else ""
    return (
        f"{quick}{machine['processor']}, {machine['cores_used']} of {machine['cores']} cores used, "
        f"{machine['system']}; {', '.join(machine['blas'])}; Python {machine['python']}, "
        f"{versions}. Run of {results['datetime'][:10]}.\n"
    )


def _row(row: dict[str, Any]) -> str:
    cells = (
        row["case"],
        row["result"],
        _seconds(row["ours"]) if row["ours"] else "",
        "<br>".join(map(_peer, row["peers"])),
        "<br>".join(map(_target, row["targets"])),
    )
    return f"| {' | '.join(cells)} |\n"


def _peer(peer: dict[str, Any]) -> str:
    ratio = peer["times_ours"]
    middle, low, high = (_short(ratio[name]) for name in ("median", "low", "high"))
    spread = f" ({low} to {high})" if ratio["rounds"] > 1 else ""
    return f"{peer['name']}: {_seconds(peer['seconds'])}, {middle} ×{spread}"


def _target(target: dict[str, Any]) -> str:
    verdict = "reached" if target["reached"] else "**missed**"
    return f"{target['text']}: {verdict} ({target['measured']})"


def _seconds(figure: dict[str, Any]) -> str:
    size, unit = next(
        (size, unit)
        for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"))
        if figure["median"] >= size or unit == "µs"
    )
    middle, low, high = (_short(figure[name] / size) for name in ("median", "low", "high"))
    return f"{middle} {unit}" + (f" ({low} to {high})" if figure["rounds"] > 1 else "")


def _short(value: float) -> str:
    """Three significant digits, without an exponent for large values."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 1 if the results may not go into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="the JSON of a run")
    parser.add_argument("--write", action="store_true", help="put the table into the page")
    given = parser.parse_args(arguments)
    results = json.loads(given.results.read_text())
    if not given.write:
        print(tables(results))
        return 0
    lacking = missing(results)
    if results["quick"] or lacking:
        why = "a smoke run" if results["quick"] else f"a run without {', '.join(lacking)}"
        print(f"{why} does not go into {PAGE.name}; see docs/benchmarks.md", file=sys.stderr)
        return 1
    PAGE.write_text(expected_page(PAGE.read_text(), given.results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
