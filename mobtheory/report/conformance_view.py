"""What the conformance kit found about an algorithm, for the terminal."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from rich.console import Group
from rich.text import Text

from mobtheory.report.numbers import show_count, show_fine
from mobtheory.report.tables import plain_table

_COLOURS = {"passed": "green", "failed": "bold red", "skipped": "yellow", "xfailed": "cyan"}
_NO_TARGET = 2
_LARGE = 1e9
_PRINTABLE = 6000
"""Characters up to which a script is printed."""


def conformance_table(document: dict[str, Any]) -> Group:
    """One line to a guarantee: its status, the inputs that it was checked on, what breaks it.

    Parameters
    ----------
    document : as `ConformanceReport.to_dict` or `FuzzReport.to_dict` gives it
    """
    if document["exit_status"] == _NO_TARGET:
        return Group(*(Text(line) for line in _sentences(document)))
    table = plain_table()
    table.add_column("Guarantee", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    table.add_column("Checks", justify="right", no_wrap=True)
    table.add_column("Counterexample, or why not checked", min_width=24)
    for result in document["results"]:
        table.add_row(
            Text(result["guarantee"]),
            Text(result["status"], _COLOURS[result["status"]]),
            show_count(result["checks"]),
            Text(_in_one_line(result)),
        )
    return Group(table, "", *(Text(line) for line in _sentences(document)))


def failures_text(document: dict[str, Any], width: int) -> str:
    """What is broken and how to see it again, as text whose scripts can be copied.

    Parameters
    ----------
    document : as for `conformance_table`
    width : of the terminal, in columns; scripts keep their lines

    Returns
    -------
    str
        "" where nothing is broken, or the target could not be called at all.
    """
    if document["exit_status"] == _NO_TARGET:
        return ""
    broken = [r for r in document["results"] if r["status"] in ("failed", "xfailed")]
    return "\n\n".join("\n".join(_failure(result, max(width, 40))) for result in broken)


def _in_one_line(result: dict[str, Any]) -> str:
    found = result["counterexample"]
    if found is None:
        return result["reason"]
    rows, prompts, axes = found["shape"]
    size = f"N={rows} L={prompts} d={axes} K={found['budget']}: "
    return size + result["reason"]


def _sentences(document: dict[str, Any]) -> Iterator[str]:
    results: Sequence[dict[str, Any]] = document["results"]
    named = document.get("target") or document.get("algorithm")
    broken = [r["guarantee"] for r in results if r["status"] == "failed"]
    unchecked = [r["guarantee"] for r in results if r["status"] == "skipped" and r["applies"]]
    if document["exit_status"] == _NO_TARGET:
        yield f"{named} cannot be checked: {results[0]['reason']}"
        return
    if broken:
        yield f"{named} breaks {', '.join(broken)}."
    if unchecked:
        yield f"Checked too rarely to say: {', '.join(unchecked)}."
    if not broken and not unchecked:
        yield f"{named} kept every guarantee that was checked."
    for note in document["notes"]:
        yield f"Note: {note}."


def _failure(result: dict[str, Any], width: int) -> Iterator[str]:
    yield f"── {result['guarantee']} " + "─" * max(2, width - len(result["guarantee"]) - 4)
    yield from wrap(result["reason"], width)
    found = result["counterexample"]
    if found is None:
        return
    yield ""
    for name, told in _facts(found):
        first, *others = wrap(told, max(20, width - 12)) or [""]
        yield f"{name:<12}{first}"
        yield from (" " * 12 + line for line in others)
    yield ""
    script = result["reproduction"].rstrip("\n")
    if len(script) <= _PRINTABLE:
        yield script
    else:
        yield from wrap(
            f"The script that shows it again has {len(script) // 1024} kB: take it from "
            '"reproduction" in the output of --json.',
            width,
        )


def _facts(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rows, prompts, axes = found["shape"]
    if found["visual"] is None:
        yield "input", f"{rows} visual and {prompts} prompt tokens, d = {axes} ({found['dtype']})"
    else:
        yield "visual", str(_whole(found["visual"]))
        yield "prompt", str(_whole(found["prompt"]))
    yield "budget", str(found["budget"])
    if found["kept"] is not None:
        prompt_half, visual_half = found["kept"]
        halves = f"{prompt_half} near the prompt and {visual_half}" if prompt_half else visual_half
        yield "kept rows", str(halves)
    if found["left"] and found["lhs"] is not None:
        yield "left side", f"{found['left']} = {show_fine(found['lhs'])}"
        yield "right side", f"{found['right']} = {show_fine(found['rhs'])}"
    if found["optimum"] is not None:
        yield "optimum", f"the centres {found['optimum']} reach the right side"
    if found["kind"] == "violated":
        yield "confirmed", "in exact arithmetic" if found["exact"] else "beyond rounding"


def _whole(points: list[list[float]]) -> list[list[float]]:
    """Whole numbers without their ".0", unless they are so large that their exponent tells more."""
    return [[int(x) if abs(x) < _LARGE and x == int(x) else x for x in row] for row in points]
