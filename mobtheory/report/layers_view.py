"""What `mobtheory model layers` prints: one table a question."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobtheory.report.layers_words import (
    BOUNDS,
    SURROGATES,
    TRUTHS,
    correlation,
    estimate_words,
    kept_words,
    median_words,
    ranked,
    share_words,
    spread_words,
)
from mobtheory.report.numbers import show, show_count
from mobtheory.report.tables import WIDE, plain_table

_REFUSED_SHOWN = 10
Rows = Iterable[Sequence[str]]


def layers_view(document: dict[str, Any], width: int) -> Group:
    """Everything that `mobtheory model layers` prints at the end.

    Parameters
    ----------
    document : what `measure_layers` found, as plain data
    width : of the terminal, in columns
    """
    parts: list[RenderableType] = [Text("\n".join(heading(document)))]
    parts += [Text(line, "yellow") for line in (*_refused(document), *document["notes"])]
    parts += [Text(f"! {line}", "bold red") for line in document["contradictions"]]
    layers = document["layers"]
    for title, columns, rows in _tables(layers, width):
        table = _table(columns, rows)
        if table.row_count:
            parts += [Text(f"\n{title}", "bold"), table]
    parts += _ranking(document, width)
    return Group(*parts)


def heading(document: dict[str, Any]) -> list[str]:
    """What was measured on what, and the answers in a sentence each."""
    model, samples, layers = document["model"], document["samples"], document["layers"]
    cases = sum(layer["cases"] for layer in layers)
    held = sum(layer["identity"]["holds"] for layer in layers)
    small = sum(layer["identity"]["below_rounding"] for layer in layers)
    rows = sum(bound["rows"] for layer in layers for bound in layer["bounds"].values())
    broken = sum(bound["violations"] for layer in layers for bound in layer["bounds"].values())
    lines = [
        f"{model['name']} ({model['type']}, {model['dtype']}, {model['attention']}): "
        f"{samples['measured']} samples, {samples['pictures']} pictures, "
        f"{show_count(cases)} cases; seed {document['plan']['seed']}",
        f"Identity 9.6: holds in {show_count(held)} of {show_count(cases)} cases"
        + (f", {show_count(small)} are below rounding" if small else ""),
        f"Bounds: {show_count(broken)} violations in {show_count(rows)} rows",
    ]
    return lines


def _refused(document: dict[str, Any]) -> Iterator[str]:
    refused = document["samples"]["refused"]
    if refused:
        yield f"{len(refused)} samples were left out:"
    for one in refused[:_REFUSED_SHOWN]:
        yield f"  {one['id']}: {one['reason']}"
    if len(refused) > _REFUSED_SHOWN:
        yield f"  and {len(refused) - _REFUSED_SHOWN} more, which the JSON names"


def _tables(layers: Sequence[dict[str, Any]], width: int) -> Iterator[tuple[str, Any, Rows]]:
    wide = width >= WIDE
    told: Callable[[Any], str] = spread_words if wide else median_words
    yield (
        "Identity, and bound over error (median over cases)",
        ["Layer", "Residual", *(BOUNDS[name] for name in _bounds_of(layers, wide))],
        (_bounds(layer, _bounds_of(layers, wide)) for layer in layers),
    )
    yield (
        "Assumption 1: ‖z − z~‖ when tokens are dropped, overwritten in place, or merged by count",
        ["Layer", "Kept", "Dropped", "Overwritten", "Log-count", "D / O", "D / L", *_MASSES[wide]],
        (
            [
                _layer(layer),
                kept_words(at),
                *(median_words(at[name]) for name in _REPLACED),
                *(told(at[f"dropped_over_{name}"]) for name in _REPLACED[1:]),
                *(median_words(at[name]) for name in (_LOST if wide else ())),
            ]
            for layer in layers
            for at in layer["assumption_1"]
        ),
    )
    yield (
        "Error left over plain pruning, by how tokens are chosen (median)",
        ["Layer", "Chosen by", *_TREATMENTS],
        (
            [_layer(layer), method, *(told(found[name]["over_plain"]) for name in _TREATMENTS)]
            for layer in layers
            for method, found in layer["treatments"].items()
        ),
    )
    yield (
        "Right sides that are no better than keeping no visual token, h(V → P)",
        ["Layer", *(_side(name) for name in _SIDES)],
        (
            [_layer(layer), *(share_words(layer["domination"][n]) for n in _SIDES)]
            for layer in layers
        ),
    )
    yield (
        "Steps of the proof of Theorem 2(a), share of samples in which they hold",
        ["Layer", "Kept", "E5-1", "E5-2", "E5-3", "repaired E5-3", "d_H(S_v, V) / 2 OPT", "r* ≤ η"],
        (
            [
                _layer(layer),
                kept_words(at),
                *(share_words(share) for share in at["holds"].values()),
                _half(at["visual_radius_over_optimum"]),
                share_words(at["within_coupling"]),
            ]
            for layer in layers
            for at in layer["proof_steps"]
        ),
    )
    yield (
        "Covering dimension d, tail exponent γ, and the split K_p/K (best for how many)",
        ["Layer", *(told for told, _ in _laws(wide)), "γ", "Kept", *_SPLITS],
        (row for layer in layers for row in _splits(layer, wide)),
    )
    yield (
        "Anti-alignment: P-seeded farthest-point sampling over algorithm 1",
        ["Layer", "Kept", "G ratio", "G smaller", "Error ratio", "Error larger"],
        (
            [
                _layer(layer),
                kept_words(at),
                told(at["distance_ratio"]),
                share_words(at["smaller_distance"]),
                told(at["error_ratio"]),
                share_words(at["larger_error"]),
            ]
            for layer in layers
            for at in layer["anti_alignment"]
        ),
    )
    yield (
        "Coupling",
        ["Layer", "d_H(V, P)", "h(V → P)", "h(P → V)", "d_H, unit", "h(V → P), unit"],
        (_coupling(layer, told) for layer in layers),
    )


_REPLACED = ("dropped", "overwritten", "log_count")
_LOST = ("mass_lost", "mass_predicted")
_MASSES = ((), ("mass lost", "at K groups"))
_TREATMENTS = ("mass", "log-count", "hybrid", "oracle")
_SIDES = (
    "lemma-1 (raw)",
    "lemma-1 (unit)",
    "lemma-2 (raw)",
    "theorem-2.bound (unit, MoB)",
    "theorem-2.no-eta (unit, MoB)",
)
_NARROW = ("attention", "phi", "hybrid", "minimax-plain", "tanh-plain", "layer")


def _side(name: str) -> str:
    return name.removesuffix(" (unit, MoB)").replace(" (raw)", "").replace(" (unit)", ", unit")


def _layer(layer: dict[str, Any]) -> str:
    return str(layer["layer"])


def _bounds_of(layers: Sequence[dict[str, Any]], wide: bool) -> list[str]:
    there = {name for layer in layers for name in layer["bounds"]}
    return [name for name in (BOUNDS if wide else _NARROW) if name in there]


def _bounds(layer: dict[str, Any], names: Sequence[str]) -> list[str]:
    found = layer["bounds"]
    ratios = (median_words(found[n]["ratio"]) if n in found else "–" for n in names)
    return [_layer(layer), show(layer["identity"]["worst_residual"]), *ratios]


def _half(spread: dict[str, Any] | None) -> str:
    return "–" if spread is None else show(spread["median"] / 2)


def _splits(layer: dict[str, Any], wide: bool) -> Iterator[list[str]]:
    law = [_with_error(layer["dimension"][side], "dimension") for _, side in _laws(wide)]
    first = [_layer(layer), *law, _with_error(layer["tail"], "gamma")]
    for at in layer["splits"]:
        best = (_best(at, "errors"), _best(at, "phi"))
        predicted = (median_words(at[name]) for name in ("predicted", "predicted_best"))
        yield [*first, kept_words(at), *predicted, *best]
        first = [""] * len(first)


_LAWS = (("d of V", "visual"), ("d of P", "prompt"), ("d of r*", "joint_unit"))
_SPLITS = ("By γ", "By fit", "Least error", "Least Φ")


def _laws(wide: bool) -> Sequence[tuple[str, str]]:
    return _LAWS if wide else _LAWS[:2]


def _with_error(found: dict[str, Any], name: str) -> str:
    if found[name] is None:
        return "–"
    return f"{found[name]['median']:.2f}±{found['error']['median']:.2f}"


def _best(at: dict[str, Any], name: str) -> str:
    """The share with the least median, and for how many samples it is best."""
    medians, counts = at[name]["medians"], at[name]["best"]
    place = medians.index(min(medians))
    return f"{at['shares'][place]:g} ({counts[place]})"


def _coupling(layer: dict[str, Any], told: Callable[[Any], str]) -> list[str]:
    raw, unit = layer["coupling"]["raw"], layer["coupling"]["unit"]
    names = ("hausdorff", "visual_to_prompt", "prompt_to_visual")
    row = [_layer(layer), *(told(raw[name]) for name in names)]
    return [*row, *(told(unit[name]) for name in names[:2])]


def _ranking(document: dict[str, Any], width: int) -> list[RenderableType]:
    """Correlations over all layers, then which side wins at each layer."""
    layers = [layer for layer in document["layers"] if layer["ranking"] is not None]
    ranking = document["all_layers"] or (layers[0]["ranking"] if layers else None)
    if ranking is None:
        return []
    truths = list(ranking["truths"])
    which = "mean over layers" if document["all_layers"] else f"layer {layers[0]['layer']}"
    told: Callable[[Any], str] = estimate_words if width >= WIDE else _value
    title = f"Spearman correlation with the error, {which}: {ranking['pictures']} pictures"
    rows = (
        [
            SURROGATES[name],
            *(told(correlation(ranking, truth, name)["pooled"]) for truth in truths),
        ]
        for name in ranked(ranking)
    )
    outcomes = (
        [_layer(layer), *(_outcome(layer["ranking"]["truths"].get(truth)) for truth in truths)]
        for layer in layers
    )
    names = [TRUTHS[truth] for truth in truths]
    return [
        Text(f"\n{title}", "bold"),
        _table(["Surrogate", *names], rows),
        Text("\nFalsified? The best of G and Lemma 2 minus the best of m, B and Φ", "bold"),
        _table(["Layer", *names], outcomes),
    ]


def _value(estimate: dict[str, Any]) -> str:
    return estimate_words({**estimate, "low": None})


def _outcome(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    falsifier = found["falsifier"]
    outcome = "no" if falsifier["outcome"] == "not falsified" else falsifier["outcome"]
    return f"{_value(falsifier['advantage'])} {outcome}"


def _table(columns: Sequence[str], rows: Rows) -> Table:
    table = plain_table()
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
