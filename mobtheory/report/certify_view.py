"""What `mobtheory model certify` prints: both answers, the error, and its bounds."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show
from mobtheory.report.tables import plain_table

_MEANING = {
    "attention": "heads added up, 9.6",
    "hybrid": "from weights and values, 9.4",
    "minimax-plain": "dropped mass times the circle of values, 9.2",
    "tanh-plain": "cover and imbalance, 9.5",
    "tanh-log-count": "cover and gap of logits, 9.5",
    "total-variation": "moved weight times the circle of values, 9.3",
    "layer": 'from the bound "attention", 9.6',
    "layer-exact": "from the exact error, 9.6",
}


def certify_view(document: dict[str, Any], width: int) -> Group:
    """Everything that `mobtheory model certify` prints.

    Parameters
    ----------
    document : a certified answer as plain data
    width : of the terminal, in columns
    """
    del width  # the table is narrow
    merged = ", dropped tokens merged by log counts" if document["method"] == "log-count" else ""
    kept = (
        f"Layer {document['layer']}: {document['kept']} of {document['visual_tokens']} visual "
        f"tokens kept by {document['select']}{merged}"
    )
    same = document["same_answer"]
    answers = [
        Text(f"Answer with all tokens  {document['answer']}"),
        Text(
            f"Answer after pruning    {document['pruned_answer']}",
            "bold green" if same else "bold yellow",
        ),
        Text(f"KL divergence of its first token: {show(document['divergence'])} nats"),
    ]
    attention, output = document["attention"], document["layer_output"]
    unresolved = attention["error"]["answering"] <= attention["rounding"]["answering"]
    blurred = (
        f"Rounding in {document['dtype']} is as large as the error of the answering row: load the "
        "model in float32 for a certificate that speaks of the error.\n"
        if unresolved and attention["error"]["answering"]
        else ""
    )
    notes = (
        f"The answering row is the last of {document['prompt_rows']} text tokens behind the "
        "picture. Bounds hold for this layer and input alone, the layer's own rounding in "
        f"{document['dtype']} (up to {show(attention['rounding']['largest'])}) included; they do "
        "not bound what later layers make of the error."
    )
    return Group(
        Text(kept, "bold"),
        *answers,
        Text("\nChange after attention, ||z - z_s||", "bold"),
        _table({"exact error": attention["error"]}, attention["bounds"]),
        Text("\nChange after the layer, ||y - y_s||", "bold"),
        _table({"measured": output["measured"]}, output["bounds"]),
        Text(f"\n{blurred}{notes}"),
    )


def _table(truth: dict[str, Any], bounds: dict[str, Any]) -> Table:
    table = plain_table()
    table.add_column("")
    for name in ("answering row", "over the error", "largest row"):
        table.add_column(name, justify="right")
    table.add_column("")
    ((name, error),) = truth.items()
    table.add_row(Text(name, "bold"), show(error["answering"]), "", show(error["largest"]), "")
    ordered = sorted(bounds.items(), key=lambda item: item[1]["answering"] or float("inf"))
    for name, bound in ordered:
        table.add_row(
            name,
            _bound(bound["answering"]),
            _over(bound["answering"], error["answering"]),
            _bound(bound["largest"]),
            _MEANING.get(name, ""),
        )
    return table


def _bound(value: float | None) -> str:
    return show("inf" if value is None else value)


def _over(bound: float | None, error: float | None) -> str:
    return "–" if not error or bound is None else f"x {show(bound / error)}"
