"""Figure: how close each claim came to equality, or how far beyond, on each kind of input."""

from collections.abc import Iterator, Sequence
from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import box, figure, label, mark, segment
from mobtheory.report.figures.lanes import LANES, lane_legend
from mobtheory.report.markup import Markup
from mobtheory.report.numbers import as_float, show, show_ratio

_LEFT, _RIGHT, _ROW, _TOP = 210.0, 800.0, 24.0, 62.0
_DECADES = (-3, 5)
_ABOVE = {"grids": -5, "clouds": 0, "tokens": 5}  # apart, so that equal ratios all show


def margin_figure(findings: Sequence[dict[str, Any]]) -> Markup:
    """The tightest ratio of left to right side, on a logarithmic axis, one row to a claim."""
    ratios = [ratio for finding in findings for _, ratio in _ratios(finding)]
    axis = Axis.decades([1.0, *(r for r in ratios if 0 < r < 1e300)], _LEFT, _RIGHT, _DECADES)
    bottom = _TOP + _ROW * len(findings)
    parts = [
        lane_legend(0, 14),
        box(axis.place(1.0), _TOP - 6, _RIGHT - axis.place(1.0), bottom - _TOP + 6, "beyond"),
        label(axis.place(1.0) + 5, _TOP - 28, "violated →", "dim"),
        label(axis.place(1.0) - 5, _TOP - 28, "← holds", "dim", at="end"),
    ]
    for tick in axis.ticks:
        x = axis.place(tick)
        parts.append(segment(x, _TOP - 6, x, bottom, "bound" if tick == 1 else "grid"))
        parts.append(label(x, _TOP - 11, show(tick), "small dim", at="middle"))
    for number, finding in enumerate(findings):
        parts += _row(finding, axis, _TOP + _ROW * (number + 0.5))
    return figure(
        "margins",
        _RIGHT + 60,
        bottom + 8,
        "Tightest ratio of left side to right side",
        "A ratio of 1 reaches the bound, one above 1 violates it. "
        + " ".join(
            f"{finding['id']}: {show_ratio(finding['total']['tightest_ratio'])}."
            for finding in findings
        ),
        *parts,
    )


def _ratios(finding: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for lane, tally in finding["inputs"].items():
        ratio = as_float(tally["tightest_ratio"])
        if lane in LANES and ratio is not None:
            yield lane, ratio


def _row(finding: dict[str, Any], axis: Axis, y: float) -> Iterator[Markup]:
    yield label(0, y + 4, finding["id"], "mono")
    yield segment(_LEFT, y, _RIGHT, y, "hair")
    found = list(_ratios(finding))
    if not found:
        yield label(_LEFT + 6, y + 4, "no input met the hypotheses", "small dim")
    for lane, ratio in found:
        x = axis.place(ratio)
        hint = f"{lane}: {show_ratio(ratio)}"
        yield mark(LANES[lane][0], x, y + _ABOVE[lane], 3.6, f"lane-{lane}", hint)
    highest = max((ratio for _, ratio in found), default=0.0)
    if highest > axis.high:
        yield label(_RIGHT + 10, y + 4, show(highest if highest < 1e300 else "inf"), "small")
