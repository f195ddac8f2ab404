"""Put Assumption 1 to the test on a layer of a model."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from transformers import PreTrainedModel

from mobtheory.errors import InvalidProblem
from mobtheory.models.batching import DoesNotFit
from mobtheory.models.lipschitz.blindness import Gap, blind_gaps, blindness, set_gaps
from mobtheory.models.lipschitz.evidence import (
    CoversAgainstRandom,
    FamilyRatios,
    LipschitzEvidence,
)
from mobtheory.models.lipschitz.moving import FAMILY as MOVED
from mobtheory.models.lipschitz.moving import ascend, radii_for
from mobtheory.models.lipschitz.multiplicity import head_gaps, head_gaps_summed
from mobtheory.models.lipschitz.near_copies import near_copies, near_copies_summed
from mobtheory.models.lipschitz.outputs import (
    READINGS,
    Function,
    NetworkFunction,
    Outputs,
    every_token,
)
from mobtheory.models.lipschitz.pairs import Pair, measure_moves, measure_prunings
from mobtheory.models.lipschitz.repair import Repaired, repair, repair_ground, repaired_families
from mobtheory.models.lipschitz.sample import Float, Places, Sample, read_samples
from mobtheory.models.lipschitz.searching import search_subset
from mobtheory.models.lipschitz.spread import Spread, quotient_of_medians, spread_of
from mobtheory.models.lipschitz.subsets import budgets_for, subsets
from mobtheory.models.lipschitz.witness import Witness, witness_of
from mobtheory.models.submodel import rest_of_network
from mobtheory.models.vision_language import VisionLanguageModel

CALLED = "models.measure_lipschitz"
Progress = Callable[[str, int, int], None]


def measure_lipschitz(
    model: VisionLanguageModel | PreTrainedModel,
    inputs: Mapping[str, Any] | Iterable[Mapping[str, Any]],
    layer: int,
    *,
    reading: str = "last",
    draws: int = 4,
    rounds: int = 6,
    width: int = 12,
    steps: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> LipschitzEvidence:
    """Measure how far F moves between token sets, over their Hausdorff distance.

    Parameters
    ----------
    model : what `load` returns, or a Transformers model of a known family
    inputs : the model's inputs for one batch, or an iterable of batches
    layer : decoder layer whose input is pruned, copied, permuted and moved
    reading : F that the searches maximise: "last", "prompt" or "logits"; all three are measured
    draws : random subsets for each budget and input
    rounds, width : of the local search for a subset with a large ratio; 0 rounds for none
    steps : of gradient ascent on moved tokens; 0 for none
    seed : of all draws
    progress : called with ("inputs", done, total)

    Returns
    -------
    LipschitzEvidence
        Lower bounds of the constant, by family; experiments that refute Assumption 1; the repaired
        statement.

    Raises
    ------
    UnsupportedModel
        As in `capture` and `rest_of_network`; also when one input does not fit into memory.
    InvalidProblem
        For an unknown reading or counts that are no numbers of at least 0.

    Notes
    -----
    Assumption 1 of arXiv 2505.10118: ||F(X) - F(X_s)|| <= C d_H(X, X_s), with X = V u P as the
    tokens enter the layer (raw, Euclidean) and F as `rest_of_network`. "last" is the final normed
    state at the last token and "logits" its logits, in the Euclidean norm; "prompt" all prompt
    rows, in the Frobenius norm. Theory, section 4. A lower bound leaves out of the change what the
    rounding of the dtype may have added: `NOISE` times ||F(X)||.

    Examples
    --------
    >>> from mobtheory.models import load, measure_lipschitz
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> which shape is most common ? ASSISTANT:"
    >>> inputs = model.inputs(held_out_scene(0).image, prompt)
    >>> evidence = measure_lipschitz(model, inputs, layer=2, rounds=1, steps=1)
    >>> evidence.lower_bound > 0.05, evidence.refuted
    (True, True)
    """
    _check(reading, draws=draws, rounds=rounds, width=width, steps=steps, seed=seed)
    function = NetworkFunction(rest_of_network(model, layer))
    samples = read_samples(model, inputs, layer, CALLED)
    name = model.name if isinstance(model, VisionLanguageModel) else type(model).__name__
    pairs: list[Pair] = []
    gaps: list[Gap] = []
    near: list[tuple[float, Pair]] = []
    heads: list[list[tuple[Float, Float]]] = []
    best: dict[bool, Pair] = {}
    repaired: list[Repaired] = []
    missing: list[str] = []

    @contextmanager
    def left_out(what: str) -> Generator[None]:
        """Go on without the experiments that take most memory, and say so."""
        try:
            yield
        except DoesNotFit:
            missing.append(f"{what} do not fit into memory; they were left out for some inputs.")

    for sample in samples:
        rng = np.random.default_rng([seed, sample.number])
        (full,) = function(sample, [every_token(sample)])
        found, kept = sample_prunings(function, sample, full, draws, rng)
        ground = repair_ground(sample)
        repaired += repair(function, ground, full, list(zip(found, kept, strict=True)))
        own = list(found)
        if rounds and found:
            start = kept[max(range(len(found)), key=lambda i: found[i].lower_bound(reading))]
            climb = partial(search_subset, reading=reading, rounds=rounds, width=width)
            own.append(climb(function, sample, full, start, rng))
        if steps:
            with left_out("Moved tokens"):
                radii = radii_for(sample)
                moved = ascend(function, sample, radii, rng, reading=reading, steps=steps)
                own += measure_moves(function, sample, full, moved, MOVED)
        gaps += blind_gaps(function, sample, full, rng)
        with left_out("Copies of all visual tokens"):
            gaps += set_gaps(function, sample, full)
        near += near_copies(function, sample, full, rng)
        heads.append(head_gaps(sample))
        _keep_largest(best, own, reading)
        pairs += [pair.figures() for pair in own]
        sample.forget()
        if progress is not None:
            progress("inputs", sample.number + 1, len(samples))
    halved = (f"Memory ran out; batches were halved to {size}." for size in function.halved)
    notes = tuple(dict.fromkeys([*halved, *missing]))
    return LipschitzEvidence(
        model=name,
        layer=function.rest.layer,
        dtype=samples[0].dtype,
        samples=len(samples),
        visual_tokens=_range(sample.count for sample in samples),
        prompt_tokens=_range(len(sample.prompt) for sample in samples),
        reading=reading,
        seed=seed,
        families=_families(pairs, seed, by_size=False),
        budgets=_families(pairs, seed, by_size=True),
        covers_against_random=covers_against_random(pairs, seed),
        witness=_written(best.get(False), samples, function, name, reading),
        moved_witness=_written(best.get(True), samples, function, name, reading),
        blindness=blindness(gaps, seed),
        near_copies=near_copies_summed(near, seed),
        heads=head_gaps_summed(heads),
        repaired=repaired_families(repaired, seed),
        notes=notes,
    )


def sample_prunings(
    function: Function, sample: Sample, full: Outputs, draws: int, rng: np.random.Generator
) -> tuple[list[Pair], list[Places]]:
    """Measure the subsets of all families on one input; which tokens they keep."""
    budgets = budgets_for(sample.count)
    chosen = list(subsets(sample, budgets, draws, rng)) if budgets else []
    return measure_prunings(function, sample, full, chosen), [kept for _, kept in chosen]


def family_ratios(family: str, size: int | None, pairs: Sequence[Pair], seed: int) -> FamilyRatios:
    """Sum the pairs of one family up."""
    owners = [pair.sample for pair in pairs]
    apart = [pair for pair in pairs if pair.distance > 0]

    def spreads(rows: Sequence[Any], of: Sequence[Pair]) -> dict[str, Spread]:
        by = [pair.sample for pair in of]
        found = {
            reading: spread_of([float(row[i]) for row in rows], by, seed)
            for i, reading in enumerate(READINGS)
        }
        return {reading: spread for reading, spread in found.items() if spread is not None}

    return FamilyRatios(
        family,
        size,
        len(pairs),
        len(set(owners)),
        spread_of([pair.distance for pair in pairs], owners, seed),
        spreads([pair.ratios for pair in apart], apart),
        spreads([pair.changes for pair in pairs], pairs),
        {r: max(pair.lower_bound(r) for pair in apart) for r in READINGS if apart},
        sum(pair.flipped for pair in pairs),
        len(pairs) - len(apart),
    )


def covers_against_random(pairs: Sequence[Pair], seed: int) -> tuple[CoversAgainstRandom, ...]:
    """Compare covers with random subsets of the same size, in each reading; ratios as computed."""
    rows: list[CoversAgainstRandom] = []
    apart = [pair for pair in pairs if pair.distance > 0]
    for size in sorted({pair.size for pair in apart if pair.family == "random"}):
        for reading in READINGS:
            sides = [
                (
                    [pair.ratio(reading) for pair in apart if pair.is_of(family, size)],
                    [pair.sample for pair in apart if pair.is_of(family, size)],
                )
                for family in ("cover", "random")
            ]
            found = quotient_of_medians(sides[0], sides[1], seed)
            if found is not None:
                rows.append(CoversAgainstRandom(size, reading, *found))
    return tuple(rows)


def _families(pairs: Sequence[Pair], seed: int, *, by_size: bool) -> tuple[FamilyRatios, ...]:
    groups: dict[tuple[str, int | None], list[Pair]] = {}
    for pair in pairs:
        if by_size and pair.family in ("adversarial", MOVED):
            continue
        groups.setdefault((pair.family, pair.size if by_size else None), []).append(pair)
    return tuple(family_ratios(*key, own, seed) for key, own in groups.items())


def _keep_largest(best: dict[bool, Pair], own: Sequence[Pair], reading: str) -> None:
    """The pruning (False) and the move (True) with the largest bound above 0; no other's tokens."""
    for pair in own:
        moved, bound = pair.family == MOVED, pair.lower_bound(reading)
        least = best[moved].lower_bound(reading) if moved in best else 0.0
        if bound > least:
            best[moved] = pair


def _written(
    pair: Pair | None,
    samples: Sequence[Sample],
    function: NetworkFunction,
    name: str,
    reading: str,
) -> Witness | None:
    """None too where nothing is left of the change when it is measured by itself."""
    if pair is None:
        return None
    witness = witness_of(pair, samples[pair.sample], function, name, reading)
    return witness if witness.lower_bound > 0 else None


def _range(counts: Iterable[int]) -> tuple[int, int]:
    found = list(counts)
    return min(found), max(found)


def _check(reading: str, **counts: int) -> None:
    if reading not in READINGS:
        raise InvalidProblem(
            CALLED, f"reading {reading!r}", "F is read in one of three ways", f"Use {READINGS}."
        )
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < (name == "draws"):
            raise InvalidProblem(
                CALLED,
                f"{name}={value!r}",
                "counts are integers",
                "Pass 0 or more; draws 1 or more.",
            )
