"""Figures of `mobtheory model layers`: rankings, Assumption 1, bounds and laws by layer."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import figure, label, mark, segment
from mobtheory.report.layers_words import (
    BOUNDS,
    SURROGATES,
    TRUTHS,
    correlation,
    estimate_words,
    kept_words,
    ranked,
    spread_words,
)
from mobtheory.report.markup import Markup
from mobtheory.report.numbers import show

_ROW, _TOP, _BOTTOM = 20.0, 64.0, 300.0
_STYLES = (
    ("diamond", "lane-tokens"),
    ("square", "lane-clouds"),
    ("circle", "lane-grids"),
    ("triangle", "prompt"),
    ("circle", "visual"),
    ("square", "visual"),
)
_KINDS = {
    "attentive": ("diamond", "lane-tokens", "weighs tokens by attention"),
    "bound": ("square", "lane-clouds", "other bound"),
    "geometric": ("circle", "visual", "geometry alone"),
}
Series = tuple[str, Sequence[dict[str, Any] | None]]


def layer_figures(document: dict[str, Any]) -> dict[str, Markup]:
    """The drawings of a document by name; those without data are left out."""
    layers = document["layers"]
    drawn = {
        "ranking": _ranking(document),
        "assumption-1": _lines(
            "assumption-1",
            "Error ‖z − z~‖ of the last prompt row in three inputs equally near in d_H",
            *_assumption_1(layers),
            "layer: tokens kept",
        ),
        "bounds": _lines(
            "bounds",
            "Bound over error, median over cases",
            [str(layer["layer"]) for layer in layers],
            [(told, _of(layers, name)) for name, told in BOUNDS.items() if "(" not in name],
        ),
        "bounds-log-count": _lines(
            "bounds-log-count",
            "Bound over error when dropped tokens are merged by count, median over samples",
            [str(layer["layer"]) for layer in layers],
            [(told, _of(layers, name)) for name, told in BOUNDS.items() if "(" in name],
        ),
        "laws": _lines(
            "laws",
            "Covering dimension of V and P, and tail exponent γ of the attention",
            [str(layer["layer"]) for layer in layers],
            [
                ("d of V", [layer["dimension"]["visual"]["dimension"] for layer in layers]),
                ("d of P", [layer["dimension"]["prompt"]["dimension"] for layer in layers]),
                ("γ", [layer["tail"]["gamma"] for layer in layers]),
            ],
        ),
    }
    return {name: drawing for name, drawing in drawn.items() if drawing is not None}


def _of(layers: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any] | None]:
    found = (layer["bounds"].get(name) for layer in layers)
    return [None if bound is None else bound["ratio"] for bound in found]


def _assumption_1(layers: Sequence[dict[str, Any]]) -> tuple[list[str], list[Series]]:
    points = [(layer["layer"], at) for layer in layers for at in layer["assumption_1"]]
    names = {"dropped": "dropped", "overwritten": "overwritten", "log_count": "log-count"}
    return (
        [f"{layer}: {kept_words(at)}" for layer, at in points],
        [(told, [at[name] for _, at in points]) for name, told in names.items()],
    )


def _lines(
    name: str,
    title: str,
    columns: Sequence[str],
    series: Sequence[Series],
    below: str = "layer",
) -> Markup | None:
    """Medians with 5 % to 95 % ranges over columns, one style a series, on one upright axis."""
    shown = [(told, line) for told, line in series if any(line)]
    found = [spread for _, line in shown for spread in line if spread]
    if not found:
        return None
    axis = Axis.around([s[end] for s in found for end in ("low", "high")], _BOTTOM, _TOP)
    step = max(64.0, 12.0 * len(shown) + 14, 7.0 * max(map(len, columns)) + 14)
    left, right = 62.0, 62.0 + step * len(columns)
    parts: list[Markup] = []
    for tick, text in zip(axis.ticks, axis.tick_labels, strict=True):
        y = axis.place(tick)
        parts += [segment(left, y, right, y, "grid"), label(left - 8, y + 4, text, "dim", at="end")]
    for number, column in enumerate(columns):
        middle = left + step * (number + 0.5)
        parts.append(label(middle, _BOTTOM + 20, column, "small", at="middle"))
        offset = -6.0 * (len(shown) - 1)
        for place, (told, line) in enumerate(shown):
            parts += _median(line[number], middle + offset + 12 * place, axis, place, told)
    parts.append(label((left + right) / 2, _BOTTOM + 38, below, "dim", at="middle"))
    parts += _legend([(told, *_style(place)) for place, (told, _) in enumerate(shown)])
    told = "; ".join(
        f"{told}: " + ", ".join(spread_words(spread) for spread in line) for told, line in shown
    )
    width = max(right, 7.0 * len(title), _legend_width([told for told, _ in shown]))
    heading = label(0, 16, title, "strong")
    return figure(name, width + 10, _BOTTOM + 46, title, told, heading, *parts)


def _style(place: int) -> tuple[str, str]:
    return _STYLES[place % len(_STYLES)]


def _median(
    spread: dict[str, Any] | None, x: float, axis: Axis, place: int, told: str
) -> Iterator[Markup]:
    if spread is None:
        return
    shape, class_ = _style(place)
    yield segment(x, axis.place(spread["low"]), x, axis.place(spread["high"]), "span")
    hint = f"{told}: {spread_words(spread)}"
    yield mark(shape, x, axis.place(spread["median"]), 4.5, class_, hint)


def _legend(entries: Sequence[tuple[str, str, str]]) -> Iterator[Markup]:
    x = 6.0
    for told, shape, class_ in entries:
        yield mark(shape, x, 36, 4.5, class_)
        yield label(x + 9, 40, told)
        x += _entry_width(told)


def _legend_width(names: Sequence[str]) -> float:
    return 6.0 + sum(map(_entry_width, names))


def _entry_width(told: str) -> float:
    return 34.0 + 6.6 * len(told)


def _ranking(document: dict[str, Any]) -> Markup | None:
    """A panel a truth, a row a surrogate: the correlation, its interval, and each layer's own."""
    alone = [layer["ranking"] for layer in document["layers"] if layer["ranking"] is not None]
    ranking = document["all_layers"] or (alone[0] if alone else None)
    if ranking is None:
        return None
    names, truths = ranked(ranking), list(ranking["truths"])
    left, wide, gap = 190.0, 170.0, 26.0
    bottom = _TOP + 16 + _ROW * len(names)
    each = alone if document["all_layers"] else []
    parts = [
        label(left - 14, _row(n) + 4, SURROGATES[name], at="end") for n, name in enumerate(names)
    ]
    for number, truth in enumerate(truths):
        start = left + number * (wide + gap)
        place = _correlations(start, start + wide)
        parts.append(label(start + wide / 2, _TOP - 6, TRUTHS[truth], at="middle"))
        for tick in (-0.5, 0.0, 0.5, 1.0):
            class_ = "bound" if tick == 0 else "grid"
            parts.append(segment(place(tick), _TOP, place(tick), bottom, class_))
            parts.append(label(place(tick), bottom + 16, show(tick), "small dim", at="middle"))
        for n, name in enumerate(names):
            parts += _surrogate(ranking, each, truth, name, _row(n), place)
    title = "Spearman correlation of surrogates with what pruning did"
    which = "mean over layers, with 95 % intervals over pictures; thin marks: each layer"
    title += f" ({which})" if each else ""
    parts += _legend([(told, shape, class_) for shape, class_, told in _KINDS.values()])
    told = " ".join(
        f"{TRUTHS[t]}: "
        + ", ".join(
            f"{SURROGATES[n]} {estimate_words(correlation(ranking, t, n)['pooled'])}" for n in names
        )
        + "."
        for t in truths
    )
    width = left + len(truths) * (wide + gap)
    return figure("ranking", width, bottom + 24, title, told, label(0, 16, title, "strong"), *parts)


def _row(number: int) -> float:
    return _TOP + 16 + _ROW * number


def _correlations(start: float, end: float) -> Callable[[float], float]:
    """From -0.6 to 1: no correlation of interest is lower; those that are stand at the edge."""
    return lambda value: start + (min(max(value, -0.6), 1.0) + 0.6) / 1.6 * (end - start)


def _surrogate(
    ranking: dict[str, Any],
    each: Sequence[dict[str, Any]],
    truth: str,
    name: str,
    y: float,
    place: Callable[[float], float],
) -> Iterator[Markup]:
    found = correlation(ranking, truth, name)
    estimate = found["pooled"]
    for layer in each:
        own = (
            correlation(layer, truth, name)["pooled"]["value"] if truth in layer["truths"] else None
        )
        if own is not None:
            yield segment(place(own), y - 3, place(own), y + 3, "axis")
    if estimate["value"] is None:
        return
    if estimate["low"] is not None:
        yield segment(place(estimate["low"]), y, place(estimate["high"]), y, "span")
    shape, class_, _ = _KINDS[found["kind"]]
    hint = f"{SURROGATES[name]}: {estimate_words(estimate)}"
    yield mark(shape, place(estimate["value"]), y, 4.5, class_, hint)
