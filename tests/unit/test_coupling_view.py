"""What is printed and drawn of coupling: whole at 80 columns, also where values nearly agree."""

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from mobtheory.experiments.coupling.summary import histogram, summarise_measure
from mobtheory.pruning import MEASURES
from mobtheory.report.coupling_view import coupling_view
from mobtheory.report.figures.model_coupling import coupling_figure

LONG = "which of the many shapes in the picture is the most common one"


def document(values, names=("coarse", "fine")):
    """As a run with these values on every layer and by every measure would write it."""
    n = len(values)
    groups = [names[number % 2] for number in range(n)]
    summaries = [
        summarise_measure(values, (layer, space, name), groups, groups, seed=0, resamples=19)
        for layer in (0, 31)
        for space in ("normalised", "raw")
        for name in MEASURES
    ]
    found = summaries[0].clusters.to_dict()
    rows = [
        {"family": group, "kind": group, "values": [[[float(v)] * 5] * 2] * 2}
        for group, v in zip(groups, values, strict=True)
    ]
    return {
        "model": {"name": "a", "family": "llava", "dtype": "float32", "device": "cpu"},
        "samples": {
            **{"measured": n, "asked": n, "words": "rows", "visual_tokens": [576]},
            "prompt_tokens": [9, 20],
        },
        "refused": [],
        "level": 0.05,
        "layers": [0, 31],
        "spaces": ["normalised", "raw"],
        "measures": dict(MEASURES),
        "summaries": [summary.to_dict() for summary in summaries],
        "chosen": {
            **{"layer": 0, "space": "normalised", "measure": "hausdorff"},
            "histogram": histogram(values),
        },
        "calibration": {
            "tau": found["threshold"],
            "tau_interval": found["threshold_interval"],
            **{name: found[name] for name in ("separability", "gaussian_p", "unimodal_p")},
            "clusters": found["found"],
        },
        "rows": rows,
        "notes": [],
    }


def printed(told, width):
    console = Console(file=StringIO(), width=width, force_terminal=False)
    console.print(coupling_view(told, width), highlight=False, markup=False)
    return console.file.getvalue()


@pytest.mark.parametrize("scale", [1.0, 1234.5, 1.2345e-7, 9.87654e9])
@pytest.mark.parametrize("names", [("coarse", "fine"), (LONG, f"{LONG}, now")])
def test_nothing_is_cut_off_at_80_columns(scale, names):
    told = document(scale * (1 + np.random.default_rng(0).random(40)), names)
    narrow, wide = printed(told, 80), printed(told, 120)
    for text, width in ((narrow, 80), (wide, 120)):
        assert "\u2026" not in text
        assert max(map(len, text.splitlines())) <= width
        assert f"{told['calibration']['tau']:.4g}" in text
    low, high = told["summaries"][0]["auc"]["interval"]
    assert f"({low:.2f}–{high:.2f})" in wide
    assert f"{told['summaries'][0]['auc']['auc']:.2f}" in narrow


@pytest.mark.parametrize("middle", [0.0, 1.0, 1.37, 1e-310, 1e9, 1e17])
@pytest.mark.parametrize("steps", [0, 1, 3, 40, 79, 80, 81, 200, 5000])
def test_values_that_nearly_agree_are_counted_and_drawn(middle, steps):
    values = middle + np.spacing(middle) * np.linspace(0, steps, 12).round()
    told = document(values)
    counts, edges = told["chosen"]["histogram"]["counts"], told["chosen"]["histogram"]["edges"]
    assert sum(counts) == 12
    assert (len(counts), sorted(set(edges))) == (20, edges)
    assert edges[0] <= values.min() <= values.max() <= edges[-1]
    assert printed(told, 80).count("← tau") == 1
    drawn = str(coupling_figure(told))
    assert "coarse: 6 samples; fine: 6 samples" in drawn
    assert "nan" not in drawn


def test_values_apart_fill_the_bins_that_they_are_in():
    found = histogram(np.arange(21.0))
    assert found == {"counts": [1] * 19 + [2], "edges": [float(edge) for edge in range(21)]}
