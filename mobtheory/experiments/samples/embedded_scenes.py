"""Held-out scenes of the embedded model, as many for each kind of question."""

from functools import partial
from typing import TYPE_CHECKING

from mobtheory.covering.counts import as_count
from mobtheory.experiments.samples.sample import Sample

if TYPE_CHECKING:
    from PIL.Image import Image

SCENES_A_SEED = 1_000_000
_CALLED = "embedded_samples"


def embedded_samples(per_kind: int, seed: int = 0) -> tuple[Sample, ...]:
    """Draw held-out scenes with one question each.

    Parameters
    ----------
    per_kind : how many scenes for each of the six kinds of question: background, majority-shape and
        majority-colour (coarse), small-colour, small-shape and digit (fine)
    seed : each seed has a million scenes of its own

    Returns
    -------
    tuple of Sample
        Six in a row ask one question of each kind; no two share a scene, so that they are
        independent. Seed 0 asks what `held_out_tokens` asks.

    Raises
    ------
    InvalidProblem
        For a count below 1 or above 166 666, or a negative seed.

    Examples
    --------
    >>> samples = embedded_samples(per_kind=2)
    >>> len(samples), samples[5].kind, samples[5].family, samples[5].question
    (12, 'digit', 'fine', 'what digit is in the red box ?')
    >>> samples[5].answer, samples[5].image.size
    ('two', (96, 96))
    """
    from mobtheory.models.embedded.questions import KINDS, questions_about
    from mobtheory.models.embedded.scenes import held_out_scene

    count = as_count(_CALLED, "per_kind", per_kind, 1, SCENES_A_SEED // len(KINDS))
    first = as_count(_CALLED, "seed", seed, 0) * SCENES_A_SEED
    samples: list[Sample] = []
    for number in range(first, first + count * len(KINDS)):
        turn, place = divmod(number - first, len(KINDS))
        kind = list(KINDS)[place]
        asked = [q for q in questions_about(held_out_scene(number)) if q.kind == kind]
        question = asked[turn % len(asked)]
        samples.append(
            Sample(
                id=f"scene-{number}",
                question=question.text,
                kind=kind,
                family=question.family,
                answer=question.answer,
                source=f"held-out scene {number}",
                opened=partial(_drawn, number),
            )
        )
    return tuple(samples)


def _drawn(number: int) -> "Image":
    from PIL import Image

    from mobtheory.models.embedded.scenes import held_out_scene

    return Image.fromarray(held_out_scene(number).image)
