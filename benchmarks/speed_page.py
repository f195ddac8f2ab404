"""Turn measurements of speed into the tables of docs/speed.md.

``python -m benchmarks.speed_page`` prints them, ``--write`` puts them between the markers of the
page. What is measured lies in ``benchmarks/results/speed-*.json``, as ``mobtheory model bench
--output`` writes it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

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
    """The text between the markers: the goals, then one section for each measurement."""
    goals = [goal for document in found for goal in document["goals"]]
    met = sum(goal["met"] for goal in goals)
    parts = [f"Goals met: {met} of {len(goals)}.\n"] if goals else []
    return "\n".join([*parts, *map(_section, found)]) if found else NOTHING


def unfit(found: list[dict[str, Any]]) -> list[str]:
    """Measurements that may not go into the page: cut short, or not taken on a GPU."""
    return [
        document["model"]["name"]
        for document in found
        if not document["complete"] or document["device"]["kind"] != "cuda"
    ]


def expected_page(page: str, folder: Path = RESULTS) -> str:
    """The page as it must read with the measurements that are there."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables(documents(folder))}\n{END}{after}"


def _section(document: dict[str, Any]) -> str:
    model, device = document["model"], document["device"]
    answers = document["asked"]["answers"]
    commit = f", commit {document['commit'][:12]}" if document["commit"] else ""
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
    title = [model["name"], model["dtype"], f"batch {model['batch']}", device["name"]]
    title += ["the vision tower a CUDA graph"] * document["asked"]["tower_graph"]
    title += [f"layer {document['asked']['layer']}"] * (document["asked"]["layer"] != 2)
    text = [f"### {', '.join(title)}", " ".join(facts(document))]
    text.append(f"Run of {document['date'][:10]}{commit}. Quartiles in brackets.")
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
    given = parser.parse_args(arguments)
    found = documents()
    if not given.write:
        print(tables(found))
        return 0
    if bad := unfit(found):
        print(f"cut short or not on a GPU: {', '.join(bad)}", file=sys.stderr)
        return 1
    PAGE.write_text(expected_page(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
