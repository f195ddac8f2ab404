"""What `mobtheory model coupling` prints: layers, measures, values and the verdict."""

from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show, show_count
from mobtheory.report.tables import WIDE, plain_table

_BAR = 40
_REFUSED_SHOWN = 10


def coupling_view(document: dict[str, Any], width: int) -> Group:
    """Everything that `mobtheory model coupling` prints at the end.

    Parameters
    ----------
    document : what was measured, as plain data
    width : of the terminal, in columns
    """
    chosen = document["chosen"]
    formula = document["measures"][chosen["measure"]]
    title = f"{formula} of {chosen['space']} tokens, by layer"
    layers = [
        (str(s["layer"]), s)
        for s in document["summaries"]
        if (s["space"], s["measure"]) == (chosen["space"], chosen["measure"])
    ]
    measures = [
        (f"{document['measures'][s['measure']]}{'' if s['space'] == 'normalised' else ', raw'}", s)
        for s in document["summaries"]
        if s["layer"] == chosen["layer"]
    ]
    parts: list[RenderableType] = [
        Text("\n".join(_heading(document))),
        *(Text(line, "yellow") for line in _refused(document)),
        Text(f"\n{title}", "bold"),
        _table("Layer", layers, width),
        Text(f"\nEvery measure at layer {chosen['layer']}", "bold"),
        _table("Measure", measures, width),
        *_area_words(document, width >= WIDE),
        Text(f"\n{title.removesuffix(', by layer')} at layer {chosen['layer']}", "bold"),
        Text("\n".join(_bars(chosen["histogram"], document["calibration"]))),
        Text("\n" + "\n".join(verdict_words(document))),
    ]
    return Group(*parts)


def verdict_words(document: dict[str, Any]) -> list[str]:
    """What was found, in sentences."""
    found, chosen = document["calibration"], document["chosen"]
    low, high = found["tau_interval"]
    name = f"{document['measures'][chosen['measure']]} at layer {chosen['layer']}"
    tau = f"tau = {found['tau']:.4g} (95 % interval {low:.4g} to {high:.4g})"
    tests = (
        f"separability {show(found['separability'])}; one Gaussian is as separable with "
        f"p = {show(found['gaussian_p'])}, one mode looks as much like two with "
        f"p = {show(found['unimodal_p'])}"
    )
    if found["clusters"]:
        lines = [f"{name}: two clusters, parted at {tau}: {tests}."]
    else:
        lines = [f"{name}: two clusters are not found: {tests}. Otsu's split is {tau}."]
    count = len(document["summaries"])
    held = sum(s["holm_p"] <= document["level"] for s in document["summaries"])
    lines.append(
        f"Of {count} measures, spaces and layers, {held} show two clusters after Holm's correction."
    )
    return [*lines, *(note + "." for note in document["notes"])]


def _heading(document: dict[str, Any]) -> Iterable[str]:
    model, samples = document["model"], document["samples"]
    yield f"{model['name']}: {model['family']}, {model['dtype']}, {model['device']}"
    counts = f"{show_count(samples['measured'])} of {show_count(samples['asked'])} samples"
    yield (
        f"{counts} ({samples['words']}), {_span(samples['visual_tokens'])} visual and "
        f"{_span(samples['prompt_tokens'])} prompt tokens"
    )


def _span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return show_count(low) if low == high else f"{show_count(low)} to {show_count(high)}"


def _refused(document: dict[str, Any]) -> Iterable[str]:
    refused = document["refused"]
    if refused:
        yield f"{show_count(len(refused))} refused and left out:"
    for one in refused[:_REFUSED_SHOWN]:
        yield f"  {one['id']}: {one['reason']}"
    if len(refused) > _REFUSED_SHOWN:
        yield f"  and {show_count(len(refused) - _REFUSED_SHOWN)} more; --json has all of them"


def _table(first: str, rows: list[tuple[str, dict[str, Any]]], width: int) -> Table:
    wide = width >= WIDE
    labels = next((s["auc"] for _, s in rows if s["auc"]), None)
    table = plain_table()
    if not wide:
        table.padding = 0  # one column of space is left, and room for numbers with exponents
    table.add_column(first, no_wrap=True)
    table.add_column("Mean ± sd", justify="right", no_wrap=True)
    table.add_column("tau", justify="right", no_wrap=True)
    table.add_column("Separa-\nbility", justify="right", no_wrap=True)
    table.add_column("p, one\nGaussian", justify="right", no_wrap=True)
    table.add_column("p, one\nmode", justify="right", no_wrap=True)
    if wide:
        table.add_column("p of both\nafter Holm", justify="right", no_wrap=True)
    if labels:
        table.add_column("AUC", justify="right", no_wrap=True)
    for name, summary in rows:
        clusters, auc = summary["clusters"], summary["auc"]
        row = [
            name,
            f"{summary['mean']:.4g} ± {summary['sd']:.2g}",
            f"{clusters['threshold']:.4g}",
            show(clusters["separability"]),
            show(clusters["gaussian_p"]),
            show(clusters["unimodal_p"]),
        ]
        row += [show(summary["holm_p"])] if wide else []
        row += [_area(auc, wide)] if labels else []
        table.add_row(*map(Text, row))
    return table


def _area(auc: dict[str, Any], wide: bool) -> str:
    low, high = auc["interval"]
    return f"{auc['auc']:.2f}" + (f" ({low:.2f}–{high:.2f})" if wide else "")


def _area_words(document: dict[str, Any], wide: bool) -> Iterable[Text]:
    """What the column of areas says; the names of groups may be too long for its head."""
    auc = next((s["auc"] for s in document["summaries"] if s["auc"]), None)
    if auc is not None:
        more = "" if wide else " 120 columns and --json have 95 % intervals."
        yield Text(
            f"\nAUC: how often {auc['above']!r} has a larger value than {auc['below']!r}; 0.5 is "
            f"no difference.{more}"
        )


def _bars(histogram: dict[str, Any], calibration: dict[str, Any]) -> Iterable[str]:
    """One line to a bin; an arrow where tau lies."""
    counts, edges = histogram["counts"], histogram["edges"]
    most, last = max(counts), len(counts) - 1
    for place, count in enumerate(counts):
        low, high = edges[place], edges[place + 1]
        here = low <= calibration["tau"] < high or (place == last and calibration["tau"] == high)
        bar = "█" * round(_BAR * count / most)
        yield f"  {low:9.4g}  {bar}{' ' * bool(bar)}{count}{'  ← tau' if here else ''}"
