"""Check every selector, each in a process of its own, and write the results and the page."""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.third_party import page
from benchmarks.third_party.claiming import CONTRACT
from benchmarks.third_party.roster import SELECTORS
from mobtheory.testing import load_target
from mobtheory.testing.campaign import fuzz


def checked(name: str, max_examples: int, seed: int) -> dict[str, Any]:
    """One selector's record: what is claimed for it, and what holds and what fails."""
    reference = f"benchmarks.third_party.{name}"
    select = load_target(reference)
    with tempfile.TemporaryDirectory() as folder:
        report = fuzz(
            reference,
            guarantees=[*CONTRACT, *select.guarantees, *select.hopes],
            examples=max_examples,
            seed=seed,
            resume=Path(folder) / "state.jsonl",
        )
    return {
        "selector": name,
        "package": select.package,
        "version": version(select.package),
        "claims": list(select.guarantees),
        "hopes": list(select.hopes),
        "causes": select.causes,
        "says": select.__doc__,
        "notes": list(report.notes),
        "seconds": round(report.seconds, 1),
        "results": list(report.results),
        "versions": report.to_dict()["versions"],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; a run of some selectors prints their part of the page and writes nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.third_party", description=__doc__)
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument(
        "--max-examples", type=int, default=200, help="small inputs for each guarantee"
    )
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    records = []
    for name in SELECTORS:
        if given.only in name:
            records.append(checked(name, given.max_examples, given.seed))
            print(page.one_line(records[-1]), file=sys.stderr, flush=True)
    results = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "max_examples": given.max_examples,
        "seed": given.seed,
        "versions": records[-1]["versions"] if records else {},
        "selectors": records,
    }
    if given.only:
        print(page.text(results))
        return 0
    page.RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    page.PAGE.write_text(page.text(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
