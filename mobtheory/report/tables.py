"""Tables for the terminal, for 80 columns and for 120 and more."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show, show_count, show_ratio, show_share
from mobtheory.report.summary import disagreements, sentences
from mobtheory.report.wording import evidence_kinds, instead, shown_range

WIDE = 120
COLOURS = {
    "PROVED": "green",
    "DOMINATED": "yellow",
    "VACUOUS": "cyan",
    "UNSATISFIABLE": "magenta",
    "REFUTED": "red",
    "MEASURED": "blue",
    "UNDECIDED": "bright_black",
}


def report_view(document: dict[str, Any], width: int) -> Group:
    """Everything that `mobtheory audit` prints at the end.

    Parameters
    ----------
    document : a report as plain data
    width : of the terminal, in columns
    """
    parts: list[RenderableType] = [findings_table(document["claims"], width), ""]
    if document["tokens"]["run"]:
        parts += [*token_tables(document["tokens"]), ""]
    parts += [Text(sentence) for sentence in sentences(document)]
    parts += [Text(f"! {line}", "bold red") for line in disagreements(document["claims"])]
    return Group(*parts)


def findings_table(findings: Sequence[dict[str, Any]], width: int) -> Table:
    """What became of each claim: one line to a claim where there is room, else stacked."""
    wide = width >= WIDE
    table = plain_table()
    table.add_column("Claim" if wide else "Claim\n  verdict\n  → instead", no_wrap=True)
    if wide:
        table.add_column("Verdict", no_wrap=True)
    table.add_column("Inputs met", justify="right", width=7)
    table.add_column("Worst margin", justify="right", width=9)
    table.add_column("Tightest ratio", justify="right", width=8)
    table.add_column("Evidence", min_width=14)
    if wide:
        table.add_column("Dominated or repaired by", no_wrap=True)
    for finding in findings:
        name, verdict, better = Text(finding["id"]), _judged(finding), _better(finding)
        total = finding["total"]
        measured = (
            Text(show_count(total["met"])),
            Text(show(total["worst_margin"])),
            Text(show_ratio(total["tightest_ratio"])),
            Text(evidence_kinds(finding, " ")),
        )
        if wide:
            table.add_row(name, verdict, *measured, Text("\n".join(better)))
        else:
            below = [*verdict.split(), *(Text(f"→ {id}") for id in better)]
            table.add_row(Text("\n  ").join([name, *below]), *measured)
    return table


def _judged(finding: dict[str, Any]) -> Text:
    apart = finding["outcome"] not in {"agrees", "open"}
    mark = Text(f"\n! {finding['outcome']}", "bold red") if apart else Text()
    return verdict_of(finding) + mark


def _better(claim: dict[str, Any]) -> list[str]:
    return [id for _, id in instead(claim)]


def claims_table(claims: Sequence[dict[str, Any]], width: int) -> Table:
    """The registered claims and their verdicts."""
    table = plain_table()
    wide = width >= WIDE
    table.add_column("Claim", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Title")
    if wide:
        table.add_column("Evidence")
        table.add_column("Dominated or repaired by", no_wrap=True)
    for claim in claims:
        row = [Text(claim["id"]), verdict_of(claim), Text(claim["title"])]
        if wide:
            row += [Text(evidence_kinds(claim, " ")), Text("\n".join(_better(claim)))]
        table.add_row(*row)
    return table


def token_tables(tokens: dict[str, Any]) -> list[RenderableType]:
    """For each space the distances between the modalities, then the published right sides."""
    parts: list[RenderableType] = []
    for name, space in tokens["spaces"].items():
        title = f"{name} tokens: {space['inputs']} inputs, median (5 % to 95 %)"
        parts += [Text(title, "bold"), _distances(space), _right_sides(space)]
    return parts


def _distances(space: dict[str, Any]) -> Text:
    pairs = (
        ("d_H(V, P)", "coupling"),
        ("h(V → P), the bound for keeping no visual token", "visual_to_prompt"),
        ("h(P → V)", "prompt_to_visual"),
    )
    return Text("\n".join(f"  {told}: {shown_range(space[key])}" for told, key in pairs))


def _right_sides(space: dict[str, Any]) -> Table:
    table = plain_table()
    table.add_column("Removed", justify="right", no_wrap=True)
    table.add_column("Bound", no_wrap=True)
    table.add_column("Right side, C = 1", no_wrap=True, min_width=22)
    table.add_column("No better than nothing", justify="right", width=9)
    table.add_column("95 % interval", no_wrap=True)
    for rate in space["rates"]:
        truth = shown_range(rate["pruning_distance"])
        table.add_row(show_share(rate["removed"]), "d_H(X, X_s)", truth, "", "")
        for name, bound in rate["bounds"].items():
            low, high = bound["no_better_than_nothing_interval"]
            share = show_share(bound["no_better_than_nothing"])
            interval = f"{show_share(low)} to {show_share(high)}"
            table.add_row("", Text(name), shown_range(bound["right_side"]), share, interval)
    return table


def plain_table() -> Table:
    """A table without frames, which stays readable as plain text."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)


def verdict_of(claim: dict[str, Any]) -> Text:
    """The verdict in its colour."""
    return Text(claim["verdict_text"], COLOURS[claim["verdict"]])
