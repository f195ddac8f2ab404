"""What was measured at one layer, over all samples, in columns of numbers."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mobtheory.experiments.layers.columns import Columns


@dataclass
class Table:
    """Columns together with the picture that each row belongs to and the words of each row."""

    columns: Columns = field(default_factory=Columns)
    pictures: list[str] = field(default_factory=list[str])
    labels: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def add(self, picture: str, label: tuple[str, int], record: Mapping[str, Any]) -> None:
        """Append a row; its label is the method and the number of the budget."""
        self.columns.add(record)
        self.pictures.append(picture)
        self.labels.append(label)


@dataclass
class LayerTally:
    """Everything that was measured at one layer.

    Attributes
    ----------
    layer : index of the decoder layer
    cases : one row a subset; only those in which the identity did not fail
    budgets : by question one row a sample and budget
    samples : one row a sample
    outcomes : how the identity came out, over all cases
    worst_residual : largest relative residual where the identity holds or fails
    """

    layer: int
    cases: Table = field(default_factory=Table)
    budgets: dict[str, Table] = field(default_factory=dict[str, Table])
    samples: Table = field(default_factory=Table)
    outcomes: Counter[str] = field(default_factory=Counter[str])
    worst_residual: float = 0.0

    def add(self, picture: str, record: Mapping[str, Any]) -> None:
        """Add what `measure_sample` found about one sample."""
        sizes = list(dict.fromkeys(case["budget"] for case in record["cases"]))
        for case in record["cases"]:
            identity = case["identity"]
            self.outcomes[identity["outcome"]] += 1
            if identity["outcome"] != "below rounding":
                residual = identity["residual"]
                residual = math.inf if residual is None else residual
                self.worst_residual = max(self.worst_residual, residual)
            if "errors" in case:
                label = (case["method"], sizes.index(case["budget"]))
                self.cases.add(picture, label, case)
        for question in QUESTIONS:
            table = self.budgets.setdefault(question, Table())
            for row in record[question]:
                table.add(picture, ("", sizes.index(row["budget"])), row)
        self.samples.add(picture, ("", 0), {key: record[key] for key in OF_A_SAMPLE})


QUESTIONS = ("replaced", "merged_bounds", "published", "steps", "splits", "anti_alignment")
OF_A_SAMPLE = ("visual_tokens", "prompt_tokens", "dimension", "tail", "coupling")
