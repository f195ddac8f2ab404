"""What the prompt half S_p must reach."""

from dataclasses import replace

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls, like
from mobtheory.testing.finding import Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs
from mobtheory.testing.lengths import exceeds


def _nn_optimal(calls: Calls, given: CoveringInput) -> Finding | None:
    kept = calls.keep(given)
    if not kept.halves or len(kept.prompt_centers) < len(given.prompt):
        return None
    ruler = calls.ruler(given)
    reached, floor = ruler.radii(kept).prompt, ruler.prompt_floor
    return Finding(
        exceeds(reached, floor),
        "d_H(S_p, P)",
        "h(P -> V)",
        float(reached),
        float(floor),
        reached.rational and floor.rational,
    )


def _repaired_truncation(calls: Calls, given: CoveringInput) -> Finding | None:
    kept = calls.keep(given)
    if not kept.halves or not kept.prompt_centers:
        return None
    ruler = calls.ruler(given)
    reached, floor = ruler.radii(kept).prompt, ruler.prompt_floor
    best = ruler.prompt_optimum(len(kept.prompt_centers))
    broken = exceeds(reached, floor, best.radius.times(2))
    if not broken and exceeds(reached, floor, best.lower.times(2)) is not False:
        broken = None
    told = f"h(P -> V) + 2 OPT_P({len(kept.prompt_centers)})"
    return Finding(
        broken,
        "d_H(S_p, P)",
        told,
        float(reached),
        float(floor) + 2 * float(best.radius),
        reached.rational and floor.rational and best.radius.rational,
        detail=f"prompt tokens {list(best.centers)} reach OPT_P" if broken else "",
    )


def _short_prompt(given: CoveringInput) -> CoveringInput:
    return replace(given, prompt=given.prompt[: max(1, given.budget // 2)])


def _many_prompt_tokens(given: CoveringInput) -> CoveringInput:
    """A prompt among the visual tokens, and a budget that cannot serve all of it."""
    if given.seed % 4 == 0 or len(given.visual) < 3:
        return given
    rng = np.random.default_rng(given.seed)
    rows = rng.permutation(len(given.visual))[: int(rng.integers(3, 10))]
    prompt = like(given.visual[rows], given.visual[: len(rows)])
    budget = int(rng.integers(2, max(3, len(rows))))
    return replace(given, prompt=prompt, budget=min(budget, len(given.visual)))


PROMPT_HALF = (
    Guarantee(
        id="nn-optimal",
        title="As near to the prompt as any selection",
        statement="Where K_p >= L, d_H(S_p, P) = h(P -> V), the least of all selections.",
        claim="covering.nn-optimal",
        check=_nn_optimal,
        variants=1,
        focus=_short_prompt,
        needs="selections in two halves with K_p >= L",
    ),
    Guarantee(
        id="repaired-truncation",
        title="A prompt half that covers",
        statement="d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p) for any K_p >= 1.",
        claim="covering.repaired-truncation",
        check=_repaired_truncation,
        inputs=exact_inputs(kinds=["grid", "line", "inside", "outlier"]),
        variants=2,
        focus=_many_prompt_tokens,
        needs="selections in two halves with K_p >= 1",
    ),
)
