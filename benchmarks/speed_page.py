"""Turn measurements of speed into the tables of docs/speed.md.

``python -m benchmarks.speed_page`` prints them, ``--write`` puts them between the markers of the
page. What is measured lies in ``benchmarks/results/speed-*.json``, as ``mobtheory model bench
--output`` writes it; ``--figure-anew`` derives the figures there from the stored times once more.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mobtheory.experiments.speed import SELECTORS
from mobtheory.experiments.speed.figures import figured_anew
from mobtheory.experiments.speed.statistics import FEWEST
from mobtheory.report.documents import to_json
from mobtheory.report.speed_view import facts, goal_line, interval

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "speed.md"
BEGIN = "<!-- tables: begin; written by `python -m benchmarks.speed_page --write` -->"
END = "<!-- tables: end -->"
NOTHING = "No run on a GPU has been committed yet.\n"


def documents(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """The measurements that are there, by file name."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("speed-*.json"))]


def tables(found: list[dict[str, Any]]) -> str:
    """The text between the markers: an overview, then one section for each measurement."""
    return "\n".join([_overview(found), *map(_section, found)]) if found else NOTHING


def _overview(found: list[dict[str, Any]]) -> str:
    """One line a measurement: "mob" at the largest share dropped."""
    titles = [
        "`mob`, 88.9 % dropped",
        "prefill, times faster",
        "device busy, times less",
        "answer of 4 tokens, times faster",
        "selection, of the unpruned prefill",
        "goals met",
    ]
    return _table(titles, [_line(document) for document in found]) + "\n"


def _line(document: dict[str, Any]) -> list[str]:
    full = document["runs"][0]
    run = [run for run in document["runs"] if run["select"] == "mob"][-1]
    answers, goals = run["speedup"]["answers"], document["goals"]
    return [
        _title(document),
        interval(run["speedup"]["prefill"]),
        f"{full['busy_milliseconds'] / run['busy_milliseconds']:.2f}",
        interval(answers["4"]) if "4" in answers else "",
        f"{100 * run['selection_share']['of_unpruned_prefill']:.2f} %",
        f"{sum(goal['met'] for goal in goals)} of {len(goals)}" if goals else "",
    ]


def _title(document: dict[str, Any]) -> str:
    model, asked = document["model"], document["asked"]
    parts = [model["name"], model["dtype"], f"batch {model['batch']}", document["device"]["name"]]
    parts += ["the vision tower a CUDA graph"] * asked["tower_graph"]
    parts += [f"layer {asked['layer']}"] * (asked["layer"] != 2)
    parts += ["all selections"] * (len(asked["selects"]) == len(SELECTORS))
    return ", ".join(parts)


def unfit(found: list[dict[str, Any]]) -> list[str]:
    """Measurements that may not go into the page: without intervals, or not taken on a GPU."""
    return [
        document["model"]["name"]
        for document in found
        if document["repeats"] < FEWEST or document["device"]["kind"] != "cuda"
    ]


def expected_page(page: str, folder: Path = RESULTS) -> str:
    """The page as it must read with the measurements that are there."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables(documents(folder))}\n{END}{after}"


def _section(document: dict[str, Any]) -> str:
    answers = document["asked"]["answers"]
    commit, _, changes = (document["commit"] or "").partition("+")
    source = f", commit {commit[:12]}" if commit else ""
    source += " with changes" if changes else ""
    titles = [
        "",
        "K",
        "prefill, ms",
        "decoder, ms",
        "device busy in prefill, ms",
        *(f"{n} token{'s' * (n > 1)}, ms" for n in answers),
        "per token, ms",
        "cache, MiB",
        "peak, GiB",
    ]
    faster = ["times faster", "prefill", "decoder", *titles[5 : 5 + len(answers)]]
    faster = [title.removesuffix(", ms") for title in faster]
    costs = ["cost of pruning", "selection, ms", "of the unpruned prefill", "of its own prefill"]
    runs = document["runs"]
    text = [f"### {_title(document)}", " ".join(facts(document))]
    text.append(f"Run of {document['date'][:10]}{source}. Quartiles in brackets.")
    text.append(_table(titles, [_times(run, answers) for run in runs]))
    text.append(_table(faster, [_speedups(run, answers) for run in runs[1:]]))
    text.append(_table([*costs, "all at the layer, ms"], [_costs(run) for run in runs[1:]]))
    text += [f"- {goal_line(goal)}" for goal in document["goals"]]
    return "\n\n".join(text).replace(".\n\n- Goal", ".\n- Goal") + "\n"


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _times(run: dict[str, Any], answers: list[int]) -> list[str]:
    times = run["milliseconds"]
    whole = [run["answer_milliseconds"][str(n)] for n in answers]
    step = run["token_milliseconds"]
    peak, busy = run["peak_bytes"], run["busy_milliseconds"]
    return [
        run["name"],
        str(run["kept"]),
        *map(_spread, (times["prefill"], times["decoder"])),
        "" if busy is None else f"{busy:.2f}",
        *map(_spread, whole),
        "" if step is None else _spread(step),
        f"{run['cache_bytes'] / 2**20:.0f}",
        "" if peak is None else f"{peak / 2**30:.2f}",
    ]


def _speedups(run: dict[str, Any], answers: list[int]) -> list[str]:
    found = run["speedup"]
    cells = (found["prefill"], found["decoder"], *(found["answers"][str(n)] for n in answers))
    return [run["name"], *map(interval, cells)]


def _costs(run: dict[str, Any]) -> list[str]:
    share = run["selection_share"]
    return [
        run["name"],
        _spread(run["milliseconds"]["selection"]),
        f"{100 * share['of_unpruned_prefill']:.2f} %",
        f"{100 * share['of_own_prefill']:.2f} %",
        _spread(run["milliseconds"]["pruning"]),
    ]


def _spread(found: dict[str, float]) -> str:
    low, middle, high = (found[name] for name in ("lower_quartile", "median", "upper_quartile"))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 1 if a measurement may not go into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed_page", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    parser.add_argument(
        "--figure-anew", action="store_true", help="derive all figures from the stored times again"
    )
    given = parser.parse_args(arguments)
    if given.figure_anew:
        for path in sorted(RESULTS.glob("speed-*.json")):
            path.write_text(to_json(figured_anew(json.loads(path.read_text()))))
    found = documents()
    if not given.write:
        print(tables(found))
        return 0
    if bad := unfit(found):
        print(f"too few repeats, or not on a GPU: {', '.join(bad)}", file=sys.stderr)
        return 1
    PAGE.write_text(expected_page(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
