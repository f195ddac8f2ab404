"""Figure of `mobtheory model coupling`: the calibrated values, both groups apart, and tau."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import box, figure, label, segment
from mobtheory.report.markup import Markup

_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 640.0, 84.0, 284.0
_STYLES = ("lane-clouds", "lane-tokens")
Groups = list[tuple[str, list[int]]]


def coupling_figure(document: dict[str, Any]) -> Markup:
    """A histogram of the chosen measure, stacked by group where there are two.

    Parameters
    ----------
    document : what was measured, as plain data
    """
    chosen, found = document["chosen"], document["calibration"]
    edges, groups = chosen["histogram"]["edges"], _counts(document)
    low, high = found["tau_interval"]
    across = Axis.between([*edges, low, high], _LEFT, _RIGHT)
    up = Axis(0.0, float(max(chosen["histogram"]["counts"])), _BOTTOM, _TOP)
    formula = document["measures"][chosen["measure"]]
    title = f"{formula} of {chosen['space']} tokens at layer {chosen['layer']}"
    answer = "two clusters" if found["clusters"] else "two clusters are not found"
    tau = f"tau = {found['tau']:.4g} (95 % interval {low:.4g} to {high:.4g}): {answer}"
    place = across.place(found["tau"])
    parts = [
        label(_LEFT, 14, title, "strong"),
        label(_LEFT, 34, tau, "dim"),
        *_legend([name for name, _ in groups]),
        box(
            across.place(low),
            _TOP - 8,
            across.place(high) - across.place(low),
            _BOTTOM - _TOP + 8,
            "band",
        ),
        *_bars(edges, groups, across, up),
        segment(place, _TOP - 8, place, _BOTTOM, "bound"),
        segment(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, "axis"),
    ]
    for tick, text in zip(across.ticks, across.tick_labels, strict=True):
        parts.append(label(across.place(tick), _BOTTOM + 18, text, "small", at="middle"))
    told = "; ".join(f"{name}: {sum(counts)} samples" for name, counts in groups)
    return figure("coupling", _RIGHT + 40, _BOTTOM + 28, title, f"{tau}. {told}.", *parts)


def _counts(document: dict[str, Any]) -> Groups:
    """Counts of each group in the bins of the histogram; samples of neither group come last."""
    chosen = document["chosen"]
    auc = next(
        summary["auc"]
        for summary in document["summaries"]
        if all(summary[key] == chosen[key] for key in ("layer", "space", "measure"))
    )
    whole = chosen["histogram"]["counts"]
    if auc is None:
        return [("all samples", whole)]
    layer = document["layers"].index(chosen["layer"])
    space = document["spaces"].index(chosen["space"])
    measure = list(document["measures"]).index(chosen["measure"])
    named = {row["family"] for row in document["rows"]} >= {auc["above"], auc["below"]}
    groups: Groups = []
    for name in (auc["below"], auc["above"]):
        own = [row for row in document["rows"] if row["family" if named else "kind"] == name]
        values = [row["values"][layer][space][measure] for row in own]
        groups.append((name, _binned(values, chosen["histogram"]["edges"])))
    rest = [n - sum(parts) for n, *parts in zip(whole, *(c for _, c in groups), strict=True)]
    return [*groups, ("others", rest)] if any(rest) else groups


def _binned(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """As NumPy does it: every bin without its upper edge, but the last."""
    last = edges[-1]
    return [
        sum(low <= value < high or value == high == last for value in values)
        for low, high in pairwise(edges)
    ]


def _legend(names: Sequence[str]) -> Iterator[Markup]:
    x = _LEFT
    for name, style in zip(names, (*_STYLES, "prompt"), strict=False):
        yield box(x, 46, 12, 12, style)
        yield label(x + 18, 56, name)
        x += 40 + 7.0 * len(name)


def _bars(edges: Sequence[float], groups: Groups, across: Axis, up: Axis) -> Iterator[Markup]:
    for number, (low, high) in enumerate(pairwise(edges)):
        below = 0
        for (_, counts), style in zip(groups, (*_STYLES, "prompt"), strict=False):
            count = counts[number]
            if count:
                top, bottom = up.place(below + count), up.place(below)
                x, width = across.place(low), across.place(high) - across.place(low)
                yield box(x + 0.5, top, max(width - 1, 0.5), bottom - top, style)
                below += count
