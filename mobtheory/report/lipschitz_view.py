"""Assumption 1 on a model, for the terminal."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show, show_count
from mobtheory.report.tables import plain_table

_F = {
    "last": "the final state at the last token (Euclidean norm)",
    "prompt": "the final states at all prompt tokens (Frobenius norm)",
    "logits": "the logits at the last token (Euclidean norm)",
}
_FAMILIES = {"moved": "moved*"}


def lipschitz_view(document: dict[str, Any]) -> Group:
    """Ratios by family, experiments at d_H = 0, the repaired statement; then what they say.

    Parameters
    ----------
    document : as `mobtheory.experiments.lipschitz.measure_assumption` returns it
    """
    tables = [_ratios(document), _covers(document), _blindness(document), _repair(document)]
    spaced = [part for table in tables for part in (table, "")]
    return Group(*spaced, *(Text(line) for line in sentences(document)))


def sentences(document: dict[str, Any]) -> list[str]:
    """What was measured, and what follows from it."""
    low, high = document["visual_tokens"]
    tokens = f"{low}" if low == high else f"{low} to {high}"
    lines = [
        f"{document['model']} in {document['dtype']}, input of layer {document['layer']}, "
        f"{document['samples']} inputs with {tokens} visual tokens; F is "
        f"{_F[document['reading']]}; d_H Euclidean on the tokens as they enter the layer.",
        "Subsets: uniform draws; covers by farthest-point sampling; the rule of the paper (mob); "
        "most attention at the last token; a local search for large ratios (adversarial).",
        *_lower_bound(document),
        *_refutation(document),
        *_near_copies(document),
        *_heads(document),
        *_repaired(document),
    ]
    if document["refused"]:
        lines.append(f"{len(document['refused'])} samples were left out, see the JSON document.")
    assumed = document["assumed"]
    if assumed is not None:
        word = "EXCEEDED by a measured pruning" if assumed["exceeded"] else "not exceeded here"
        lines.append(f"C = {show(assumed['constant'])}: {word}.")
    return lines


def _lower_bound(document: dict[str, Any]) -> list[str]:
    dtype, noise = document["dtype"], document["noise"]
    lines = [
        "Ratios in the tables are as computed. What C is at least leaves out what rounding to "
        f"{dtype} may do: {show(100 * noise)} % of ||F(X)|| in a change."
    ]
    if found := document["witness"]:
        lines.append(
            f"C is at least {show(found['lower_bound'])}: {found['family']} subset of input "
            f"{found['sample']}, {found['size']} tokens kept, d_H {show(found['distance'])}. A "
            "sample shows only that C is at least this."
        )
    else:
        lines.append("No pruning changed F by more than rounding: nothing is said of C.")
    if moved := document["moved_witness"]:
        lines.append(
            f"* Moved tokens are no pruning; any Lipschitz constant in d_H is at least "
            f"{show(moved['lower_bound'])} (d_H {show(moved['distance'])})."
        )
    return lines


def _refutation(document: dict[str, Any]) -> list[str]:
    lines = ["No output moved at d_H = 0 by more than rounding when copies were pruned."]
    if document["refuted"]:
        share, where = _farthest(document, is_pruning=True)
        lines = [
            "Assumption 1 fails for every C on this model: at d_H = 0 the final state moves by up "
            f"to {share} % of its norm ({where})."
        ]
    if document["positions_matter"]:
        share, _ = _farthest(document, is_pruning=False)
        lines.append(
            f"Permuted position ids move it by up to {share} %: the output is no function of the "
            "set of hidden states. That is no pruning and does not count against Assumption 1."
        )
    return lines


def _farthest(document: dict[str, Any], *, is_pruning: bool) -> tuple[str, str]:
    rows = [row for row in document["blindness"] if row["is_pruning"] == is_pruning]
    worst = max(rows, key=lambda row: row["relative"]["last"]["largest"])
    return show(100 * worst["relative"]["last"]["largest"]), _experiment(worst)


def _near_copies(document: dict[str, Any]) -> list[str]:
    reading, rows = document["reading"], document["near_copies"]
    medians = [row["ratios"][reading]["median"] for row in rows]
    if not medians:
        return []
    told = ", ".join(
        f"{show(median)} at d_H {show(row['distance']['median'])}"
        for median, row in zip(medians, rows, strict=True)
    )
    line = (
        f"Copies beside the most attended token, pruned away: median ratio, less rounding, {told}."
    )
    if len(medians) > 1 and sorted(set(medians)) == medians:
        line += " It grows as they come near, so that no sample of ratios could end at C."
    return [line]


def _heads(document: dict[str, Any]) -> list[str]:
    return [
        f"Copies at the layer, kappa {show(row['kappa'])}: of {show_count(row['count'])} heads and "
        f"rows {row['above']} above tanh(1/4 ln kappa) = {show(row['limit'])} times ||o_V - o_P||; "
        f"the nearest at {show(row['largest'])} of it."
        for row in document["heads"]
    ]


def _repaired(document: dict[str, Any]) -> list[str]:
    rows = document["repaired"]
    if not rows:
        return []
    count, above, plain = (
        sum(row[name] for row in rows) for name in ("count", "above", "plain_above")
    )
    lines = [
        f"With the log-count bias the error of a head at the layer is above the constant of the "
        f"repaired statement in {above} of {show_count(count)} cases, without it in {plain}; the "
        f"tightest with it reaches {show(max(row['tightest'] for row in rows))} of the constant."
    ]
    if document["heads"]:
        gap = max(row["largest_gap"] for row in document["heads"])
        lines.append(
            f"For exact copies the constant allows 0: with the bias nothing moves but rounding, "
            f"without it the output of a head by up to {show(gap)}."
        )
    return lines


def _ratios(document: dict[str, Any]) -> Table:
    reading = document["reading"]
    table = plain_table()
    table.add_column("Ratio", no_wrap=True)
    for title in ("pairs", "d_H", "median", "95 % interval", "95 % below", "largest", "flipped"):
        table.add_column(title, justify="right")
    for row in document["families"]:
        found = row["ratios"].get(reading)
        name = _FAMILIES.get(row["family"], row["family"])
        table.add_row(
            name,
            show_count(row["pairs"]),
            _of(row["distance"], "median"),
            _of(found, "median"),
            _interval(found),
            _of(found, "high"),
            _of(found, "largest"),
            f"{row['flipped']}",
        )
    return table


def _covers(document: dict[str, Any]) -> Table:
    table = plain_table()
    table.add_column("Covers against random, tokens kept", no_wrap=True)
    table.add_column("quotient of medians", justify="right")
    table.add_column("95 % interval", justify="right")
    for row in document["covers_against_random"]:
        if row["reading"] == document["reading"]:
            interval = f"{show(row['low'])} to {show(row['up'])}"
            table.add_row(f"{row['size']}", show(row["factor"]), interval)
    return table


def _blindness(document: dict[str, Any]) -> Table:
    reading = document["reading"]
    table = plain_table()
    table.add_column("d_H = 0", no_wrap=True)
    for title in ("inputs", "change", "largest", "of ||F||", "flipped", "with log-count"):
        table.add_column(title, justify="right")
    for row in document["blindness"]:
        changes, relative = row["changes"].get(reading), row["relative"].get(reading)
        share = None if relative is None else 100 * relative["median"]
        table.add_row(
            _experiment(row),
            f"{row['count']}",
            _of(changes, "median"),
            _of(changes, "largest"),
            "–" if share is None else f"{show(share)} %",
            f"{row['flipped']}",
            "–" if row["repaired"] is None else f"{row['repaired']:.0e}",
        )
    return table


def _repair(document: dict[str, Any]) -> Table:
    table = plain_table()
    table.add_column("With log-count bias", no_wrap=True)
    for title in ("subsets", "above", "tightest", "gain at layer", "gain at end", "flipped"):
        table.add_column(title, justify="right")
    for row in document["repaired"]:
        table.add_row(
            row["family"],
            f"{row['subsets']}",
            f"{row['above']}",
            show(row["tightest"]),
            _times(row["layer_gain"]),
            _times(row["end_gain"]),
            f"{row['flipped_biased']} for {row['flipped_plain']}",
        )
    return table


def _experiment(row: dict[str, Any]) -> str:
    if row["experiment"] == "all tokens":
        return f"all tokens, kappa {show(row['size'])}"
    if row["experiment"] == "positions":
        return "positions permuted"
    return f"{row['experiment'].removesuffix(' token')} + {row['size']:.0f}"


def _of(spread: dict[str, Any] | None, key: str) -> str:
    return "–" if spread is None else show(spread[key])


def _interval(spread: dict[str, Any] | None) -> str:
    return "–" if spread is None else f"{show(spread['low'])} to {show(spread['up'])}"


def _times(spread: dict[str, Any] | None) -> str:
    return "–" if spread is None else f"×{show(spread['median'])}"
