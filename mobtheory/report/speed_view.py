"""What pruning saves, for the terminal."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mobtheory.experiments.speed.statistics import FEWEST
from mobtheory.report.tables import plain_table

_GIB = 2**30


def speed_view(document: dict[str, Any]) -> Group:
    """Three tables: times, speedups, and selection with memory; then the kernels and the goals.

    Parameters
    ----------
    document : as `mobtheory.experiments.speed.measure_speed` returns it
    """
    lines = [*facts(document), *(goal_line(goal) for goal in document["goals"])]
    tables = [_times(document), _speedups(document), _costs(document)]
    spaced = [part for table in tables for part in (table, "")]
    return Group(*spaced, *(Text(line) for line in lines))


def facts(document: dict[str, Any]) -> list[str]:
    """What was measured, where and with what, in sentences."""
    model, device, asked = document["model"], document["device"], document["asked"]
    versions = document["versions"]
    weights = "random weights" if model["random_weights"] else "its own weights"
    place = device["name"]
    if device["kind"] == "cuda":
        place += f", driver {device['driver']}, CUDA {device['cuda']}"
    packages = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    tower = "The vision tower is one CUDA graph in every setting. " * asked["tower_graph"]
    done, wanted = document["repeats"], asked["repeats"]
    cut = "" if document["complete"] else f"Cut short after {done} of {wanted} repeats. "
    return [
        f"{model['name']} ({model['family']}, {_parameters(model)} parameters, {weights}) in "
        f"{model['dtype']}; {model['visual_tokens']} visual and "
        f"{model['text_tokens']} text tokens, "
        f"batch {model['batch']}; pruned at the input of layer {asked['layer']} of "
        f"{model['decoder_layers']}.",
        f"On {place}; {packages}.",
        f"{tower}{cut}Medians of {done} interleaved repeats; speedups with {_ends(done)}.",
        f"Attention of the decoder: {_kernels(document)}.",
    ]


def _ends(repeats: int) -> str:
    if repeats >= FEWEST:
        return "95 % intervals"
    return f"their range, since a 95 % interval takes {FEWEST} repeats"


def _parameters(model: dict[str, Any]) -> str:
    count = model["parameters"]
    return f"{count / 1e9:.2f} billion" if count >= 1e9 else f"{count / 1e6:.2f} million"


def goal_line(goal: dict[str, Any]) -> str:
    """One goal and whether it was reached."""
    word = "met" if goal["met"] else "NOT MET"
    return f"Goal, {goal['what']} {goal['required']}: {goal['found']:.3g}, {word}."


def _kernels(document: dict[str, Any]) -> str:
    """The kernels of both prefills, and masks if there were any."""
    parts: list[str] = []
    for name in ("unpruned", "pruned"):
        seen = document["kernels"][name]
        kernels = " and ".join(f"{kernel} ({n})" for kernel, n in seen["decoder"].items())
        masked = seen["masked_layers"]
        masks = f"an explicit mask in {masked} layers" if masked else "no explicit mask"
        parts.append(f"{name} {kernels}, {masks}")
    return "; ".join(parts)


def _times(document: dict[str, Any]) -> Table:
    answers = document["asked"]["answers"]
    table = plain_table()
    table.add_column("Milliseconds", no_wrap=True)
    for title in ("K", "prefill", "decoder", *map(_length, answers), "per token"):
        table.add_column(title, justify="right")
    for run in document["runs"]:
        whole = (run["answer_milliseconds"][str(n)] for n in answers)
        times = run["milliseconds"]
        cells = (times["prefill"], times["decoder"], *whole, run["token_milliseconds"])
        table.add_row(run["name"], str(run["kept"]), *(_median(cell) for cell in cells))
    return table


def _speedups(document: dict[str, Any]) -> Table:
    answers = document["asked"]["answers"]
    table = plain_table()
    table.add_column("Times faster", no_wrap=True)
    for title in ("prefill", "decoder", *map(_length, answers)):
        table.add_column(title, justify="right")
    for run in document["runs"][1:]:
        found = run["speedup"]
        cells = (found["prefill"], found["decoder"], *(found["answers"][str(n)] for n in answers))
        table.add_row(run["name"], *(interval(cell) for cell in cells))
    return table


def _costs(document: dict[str, Any]) -> Table:
    """What pruning costs and what it leaves; on the CPU nobody counts the last two."""
    counted = document["device"]["kind"] == "cuda"
    table = plain_table()
    table.add_column("Cost", no_wrap=True)
    costs = ("pruning\nms", "selection\nms", "of\nunpruned\nprefill")  # broken to fit 80 columns
    titles = (*costs, "cache\nMiB", "device\nbusy ms", "peak\nGiB")
    for title in titles[: None if counted else 4]:
        table.add_column(title, justify="right")
    for run in document["runs"]:
        times, share = run["milliseconds"], run.get("selection_share")
        cells = [
            _median(times.get("pruning")),
            _median(times.get("selection")),
            f"{100 * share['of_unpruned_prefill']:.1f} %" if share else "",
            f"{run['cache_bytes'] / 2**20:.1f}",
        ]
        if counted:
            busy, peak = run["busy_milliseconds"], run["peak_bytes"]
            cells.append("" if busy is None else f"{busy:.2f}")
            cells.append("" if peak is None else f"{peak / _GIB:.2f}")
        table.add_row(run["name"], *cells)
    return table


def _length(tokens: int) -> str:
    return f"{tokens} token{'s' * (tokens > 1)}"


def interval(found: dict[str, float]) -> str:
    """A speedup with its interval, or with its range."""
    return f"{found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f})"


def _median(found: dict[str, float] | None) -> str:
    return "" if found is None else f"{found['median']:.2f}"
