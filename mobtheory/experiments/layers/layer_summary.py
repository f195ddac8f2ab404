"""What a layer says about each question of section 10: medians, intervals, counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.experiments.layers.budget_splits import SHARES
from mobtheory.experiments.layers.identity import TOLERANCES
from mobtheory.experiments.layers.plan import Plan
from mobtheory.experiments.layers.ranking import rank, ranking_data
from mobtheory.experiments.layers.spearman import Correlations
from mobtheory.experiments.layers.spread import spread
from mobtheory.experiments.layers.subsets import METHODS
from mobtheory.experiments.layers.tally import LayerTally, Table
from mobtheory.experiments.real_tokens import wilson

Float = NDArray[np.float64]
TREATMENTS = ("plain", "mass", "log-count", "hybrid", "oracle")
SIDES = ("visual", "prompt", "visual_unit", "joint_unit")


def summarise_layer(
    tally: LayerTally, plan: Plan, dtype: str
) -> tuple[dict[str, Any], Correlations | None]:
    """Everything about one layer as plain data, and its rank correlations."""
    found = rank(tally.cases, plan)
    outcomes = {name: tally.outcomes[name] for name in ("holds", "fails", "below rounding")}
    summary = {
        "layer": tally.layer,
        "samples": len(tally.samples.pictures),
        "pictures": len(set(tally.samples.pictures)),
        "cases": sum(tally.outcomes.values()),
        "identity": {
            "holds": outcomes["holds"],
            "fails": outcomes["fails"],
            "below_rounding": outcomes["below rounding"],
            "worst_residual": _finite(tally.worst_residual),
            "tolerance": TOLERANCES[dtype],
        },
        "ranking": None if found is None else ranking_data(found),
        "assumption_1": _by_budget(tally.budgets.get("replaced"), plan, _replaced),
        "bounds": _bounds(tally, plan.seed),
        "treatments": _treatments(tally.cases, plan.seed),
        "domination": _domination(tally),
        "proof_steps": _by_budget(tally.budgets.get("steps"), plan, _steps),
        "dimension": {side: _dimension(tally.samples, side, plan) for side in SIDES},
        "tail": _tail(tally.samples, plan.seed),
        "splits": _by_budget(tally.budgets.get("splits"), plan, _splits),
        "anti_alignment": _by_budget(tally.budgets.get("anti_alignment"), plan, _anti_alignment),
        "coupling": {
            space: {
                name: _spread(tally.samples, f"coupling/{space}/{name}", plan.seed)
                for name in ("hausdorff", "visual_to_prompt", "prompt_to_visual")
            }
            for space in ("raw", "unit")
        },
    }
    return summary, found


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _spread(table: Table, name: str, seed: int) -> dict[str, Any] | None:
    return spread(table.columns[name], table.pictures, seed=seed)


def _share(flags: Float, pictures: Sequence[str]) -> dict[str, Any] | None:
    """Share of true flags, with Wilson's interval for as many trials as there are pictures."""
    known = np.isfinite(flags)
    if not known.any():
        return None
    share = float(flags[known].mean())
    trials = len({p for p, fine in zip(pictures, known, strict=True) if fine})
    low, high = wilson(share * trials, trials)
    return {"share": share, "interval": [low, high], "count": int(known.sum())}


def _by_budget(table: Table | None, plan: Plan, told: Any) -> list[dict[str, Any]]:
    """`told` for the rows of each budget, in the order asked."""
    if table is None:
        return []
    numbers = np.asarray([budget for _, budget in table.labels], dtype=int)
    found: list[dict[str, Any]] = []
    for number in np.unique(numbers).tolist():
        rows = numbers == number
        pictures = [p for p, here in zip(table.pictures, rows, strict=True) if here]

        def column(name: str, rows: NDArray[np.bool_] = rows) -> Float:
            return table.columns[name][rows]

        sizes = column("budget")
        at = {"kept": [int(sizes.min()), int(sizes.max())]}
        found.append({**at, **told(column, pictures, plan.seed)})
    return found


def _replaced(column: Any, pictures: Sequence[str], seed: int) -> dict[str, Any]:
    names = ("dropped", "overwritten", "log_count", "distance", "moved")
    names += ("mass", "mass_lost", "mass_predicted")
    data: dict[str, Any] = {name: spread(column(name), pictures, seed=seed) for name in names}
    for name in ("overwritten", "log_count"):
        ratio = _ratio(column("dropped"), column(name))
        data[f"dropped_over_{name}"] = spread(ratio, pictures, seed=seed)
        larger = np.where(np.isfinite(ratio), ratio > 1, np.nan)
        data[f"dropped_exceeds_{name}"] = _share(larger, pictures)
    return data


def _ratio(above: Float, below: Float) -> Float:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def _bounds(tally: LayerTally, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    merged = tally.budgets.get("merged_bounds", Table())
    for table, prefix in ((tally.cases, "bounds/"), (merged, "bounds/")):
        names = {name.rpartition("/")[0] for name in table.columns.below(prefix[:-1])}
        for name in sorted(names):
            rows, violated = (
                int(np.nansum(table.columns[f"{prefix}{name}/{count}"]))
                for count in ("rows", "violations")
            )
            found[name] = {
                "rows": rows,
                "violations": violated,
                "ratio": _spread(table, f"{prefix}{name}/ratio", seed),
            }
    return found


def _treatments(cases: Table, seed: int) -> dict[str, Any]:
    """Error left by each treatment, for each way of choosing, and how often it is the least."""
    methods = np.asarray([method for method, _ in cases.labels], dtype=object)
    found: dict[str, Any] = {}
    for method in METHODS:
        rows = methods == method
        if not rows.any():
            continue
        pictures = [p for p, here in zip(cases.pictures, rows, strict=True) if here]
        left = {name: cases.columns[f"mended/{name}"][rows] for name in TREATMENTS}
        found[method] = {
            name: {
                "error": spread(errors, pictures, seed=seed),
                "over_plain": spread(_ratio(errors, left["plain"]), pictures, seed=seed),
            }
            for name, errors in left.items()
        }
    return found


def _domination(tally: LayerTally) -> dict[str, Any]:
    cases, published = tally.cases, tally.budgets.get("published", Table())
    found = {
        f"{lemma} ({space})": _share(cases.columns[f"useless/{space}/{lemma}"], cases.pictures)
        for lemma in ("lemma-1", "lemma-2")
        for space in ("raw", "unit")
    }
    columns = published.columns
    return {
        **found,
        "theorem-2.bound (unit, MoB)": _share(columns["useless"], published.pictures),
        "theorem-2.no-eta (unit, MoB)": _share(columns["useless_no_eta"], published.pictures),
    }


_RADII = ("prompt_to_visual", "nearest_cover", "prompt_radius", "visual_radius", "cover")
_STEPS = ("nearest_cover_optimal", "truncation", "visual_alone_twice", "union_twice")


def _steps(column: Any, pictures: Sequence[str], seed: int) -> dict[str, Any]:
    radii = {
        name: spread(column(name), pictures, seed=seed)
        for name in (*_RADII, "optimum_low", "optimum_high", "joint_radius")
    }
    ratio = spread(_ratio(column("visual_radius"), column("optimum_high")), pictures, seed=seed)
    held = {name: _share(column(name), pictures) for name in _STEPS}
    within = _share(column("within_coupling"), pictures)
    return {
        **radii,
        "visual_radius_over_optimum": ratio,
        "within_coupling": within,
        "holds": held,
    }


def _dimension(samples: Table, side: str, plan: Plan) -> dict[str, Any]:
    names = ("dimension", "error", "residual")
    data = {name: _spread(samples, f"dimension/{side}/{name}", plan.seed) for name in names}
    ends = [samples.columns[f"dimension/{side}/counts/{end}"] for end in (0, 1)]
    known = np.isfinite(ends[0])
    counts = [int(ends[0][known].min()), int(ends[1][known].max())] if known.any() else None
    return {**data, "counts": counts, "measured": int(known.sum())}


def _tail(samples: Table, seed: int) -> dict[str, Any]:
    names = ("gamma", "error", "residual", "tau")
    data = {name: _spread(samples, f"tail/{name}", seed) for name in names}
    exponential = _share(samples.columns["tail/exponential"], samples.pictures)
    measured = int(np.isfinite(samples.columns["tail/gamma"]).sum())
    return {**data, "exponential": exponential, "measured": measured}


def _splits(column: Any, pictures: Sequence[str], seed: int) -> dict[str, Any]:
    data: dict[str, Any] = {"shares": list(SHARES)}
    for name in ("errors", "phi"):
        table = np.stack([column(f"{name}/{place}") for place in range(len(SHARES))])
        best = np.bincount(table.argmin(axis=0), minlength=len(SHARES))
        data[name] = {"medians": np.median(table, axis=1).tolist(), "best": best.tolist()}
    predicted = {
        name: spread(column(name), pictures, seed=seed)
        for name in ("predicted", "predicted_best", "formula")
    }
    return {**data, **predicted}


def _anti_alignment(column: Any, pictures: Sequence[str], seed: int) -> dict[str, Any]:
    distances, errors = (
        [column(f"{who}_{what}") for who in ("seeded", "mob")] for what in ("distance", "error")
    )
    return {
        "distance_ratio": spread(_ratio(*distances), pictures, seed=seed),
        "smaller_distance": _share(_less(*distances), pictures),
        "error_ratio": spread(_ratio(*errors), pictures, seed=seed),
        "larger_error": _share(_less(errors[1], errors[0]), pictures),
    }


def _less(first: Float, second: Float) -> Float:
    return np.asarray(first < second, dtype=np.float64)
