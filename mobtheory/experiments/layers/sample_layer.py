"""One sample at one layer: every question of section 10, as plain data."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from mobtheory.experiments.layers.budget_splits import fit_prompt_tail, splits
from mobtheory.experiments.layers.case import ReadLayer, measure_case, merged_bounds
from mobtheory.experiments.layers.covering_slope import CoveringSlope
from mobtheory.experiments.layers.downstream import downstream
from mobtheory.experiments.layers.laws import Laws
from mobtheory.experiments.layers.proof_steps import proof_steps
from mobtheory.experiments.layers.published import theorem_2_terms
from mobtheory.experiments.layers.replacing_tokens import replace_tokens
from mobtheory.experiments.layers.subsets import PaperRule, Subset, prompt_seeded, subsets
from mobtheory.geometry import normalize_rows
from mobtheory.geometry.points import to_numpy
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.submodel import Rest


def measure_sample(
    call: LayerCall,
    rest: Rest | None,
    budgets: tuple[int, ...],
    *,
    seed: int,
    name: str,
    on_halved: Callable[[int], object] = lambda _: None,
) -> dict[str, Any]:
    """Measure one sample at one layer.

    Parameters
    ----------
    call : what `read_layer` made of the sample
    rest : the network from there on; None leaves the end of the network out
    budgets : numbers of visual tokens to keep, each from 1 to N - 1
    seed, name : of the run and the sample; they draw the random subsets
    on_halved : told how many subsets go on at once after memory ran out

    Returns
    -------
    dict
        ``cases`` as `measure_case` with ``errors`` "state" and "kl" added; one entry a budget in
        ``replaced`` as `replace_tokens`, ``merged_bounds``, ``published`` for Theorem 2(a),
        ``steps`` as `proof_steps`, ``splits`` as `splits`, ``anti_alignment``; ``dimension`` as
        `Laws`, ``tail``, ``coupling``.
    """
    read = ReadLayer.of(call)
    laws = Laws.of(read)
    tail = fit_prompt_tail(read.row.weights, call.visual, max(budgets))
    found: dict[str, Any] = {
        "visual_tokens": len(call.visual),
        "prompt_tokens": len(call.prompt),
        "cases": [],
        "replaced": [],
        "published": [],
        "steps": [],
        "splits": [],
        "anti_alignment": [],
        "merged_bounds": [],
        "dimension": laws.to_dict(),
        "tail": None if tail is None else tail.to_dict(),
        "coupling": {
            name: {
                "hausdorff": space.coupling,
                "visual_to_prompt": space.visual_to_prompt,
                "prompt_to_visual": space.prompt_to_visual,
            }
            for name, space in (("raw", read.raw), ("unit", read.unit))
        },
    }
    for budget in budgets:
        rng = np.random.default_rng([seed, zlib.crc32(name.encode()), call.layer, budget])
        chosen = subsets(read.raw, read.unit, read.row.visual_weights, budget, rng)
        cases = [measure_case(read, subset) for subset in chosen]
        found["cases"] += cases
        if any("errors" not in case for case in cases):
            continue
        if rest is not None:
            kept = [subset.kept for subset in chosen]
            for case, end in zip(cases, downstream(rest, call, kept, on_halved), strict=True):
                case["errors"].update(state=end.state, kl=end.divergence)
        by_method = {subset.method: subset for subset in chosen}
        fps = by_method["fps"].kept
        at = {"budget": budget}
        found["replaced"].append({**at, **replace_tokens(call, read.full, read.raw, fps)})
        found["merged_bounds"].append({**at, "bounds": merged_bounds(read, fps)})
        terms = _theorem_2(read, budget, laws.visual_unit)
        mob = by_method["mob"]
        found["published"].append({**at, **_sides(read, terms)})
        found["steps"].append({**at, **proof_steps(read.unit, mob, laws, terms)})
        found["splits"].append({**at, **splits(read.row, read.raw, tail, laws.visual, budget)})
        found["anti_alignment"].append({**at, **_anti_alignment(read, mob, budget)})
    return found


def _theorem_2(read: ReadLayer, budget: int, law: CoveringSlope | None) -> dict[str, float] | None:
    if law is None:
        return None
    visual, prompt = (
        to_numpy(normalize_rows(tokens, called="model layers", name=name))
        for name, tokens in (("visual", read.visual), ("prompt", read.prompt))
    )
    return theorem_2_terms(visual, prompt, PaperRule(budget), law.dimension)


def _sides(read: ReadLayer, terms: dict[str, float] | None) -> dict[str, Any]:
    """Theorem 2(a)'s right side over C for algorithm 1, with and without + C eta."""
    if terms is None:
        return {
            "right_side": None,
            "useless": None,
            "right_side_no_eta": None,
            "useless_no_eta": None,
        }
    nothing, side = read.unit.visual_to_prompt, max(terms.values())
    return {
        "right_side": side + read.unit.coupling,
        "useless": side + read.unit.coupling >= nothing,
        "right_side_no_eta": side,
        "useless_no_eta": side >= nothing,
    }


def _anti_alignment(read: ReadLayer, mob: Subset, budget: int) -> dict[str, float]:
    """P-seeded farthest-point sampling against algorithm 1: G, and the error that it stands for.

    Both choose in the unit space, where G is measured too.
    """
    seeded = prompt_seeded(read.unit, budget)
    found: dict[str, float] = {}
    for name, kept in (("seeded", seeded), ("mob", mob.kept)):
        error = read.row.after_projection(read.row.plain(kept))
        found[f"{name}_distance"] = read.unit.pruning_distance(kept)
        found[f"{name}_error"] = float(np.linalg.norm(error))
    return found
