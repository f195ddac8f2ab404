"""Real tokens for the audit: held-out scenes, one question each, captured at one layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import index

import numpy as np
from numpy.typing import NDArray

from mobtheory.errors import InvalidProblem
from mobtheory.models.capturing import capture
from mobtheory.models.embedded.questions import KINDS, Family, Question, questions_about
from mobtheory.models.embedded.scenes import Scene, held_out_scene
from mobtheory.models.vision_language import VisionLanguageModel


@dataclass(frozen=True)
class HeldOutTokens:
    """The tokens of one held-out scene and question, in float64.

    Attributes
    ----------
    scene : number of the held-out scene
    kind, family : kind of the question and its family, ``"coarse"`` or ``"fine"``
    question : the question's text
    visual : (144, 128) array, the visual tokens
    prompt : (L, 128) array, the question and the role tag
    """

    scene: int
    kind: str
    family: Family
    question: str
    visual: NDArray[np.float64]
    prompt: NDArray[np.float64]


def held_out_question(number: int, scene: Scene) -> Question:
    """The question for held-out scene `number`: the kinds take turns, then what they ask about."""
    turn, kind = divmod(number, len(KINDS))
    candidates = [q for q in questions_about(scene) if q.kind == list(KINDS)[kind]]
    return candidates[turn % len(candidates)]


def held_out_tokens(
    model: VisionLanguageModel, count: int, layer: int, start: int = 0
) -> Iterator[HeldOutTokens]:
    """The tokens that enter `layer` for `count` held-out scenes, one after the other.

    Parameters
    ----------
    model : the embedded model, as `load` returns it
    count : how many scenes, at least 0; six in a row ask one question of each kind
    layer : 0-based decoder layer whose input is captured
    start : number of the first scene, at least 0

    Yields
    ------
    HeldOutTokens
        Every scene is captured on its own, so a sample does not depend on `start` or `count`.

    Raises
    ------
    InvalidProblem
        When `count` or `start` is not an integer of at least 0.
    UnsupportedModel
        When the model has no such layer.

    Examples
    --------
    >>> from mobtheory.models import load
    >>> from mobtheory.models.embedded import held_out_tokens
    >>> samples = list(held_out_tokens(load("embedded"), count=6, layer=2))
    >>> [sample.kind for sample in samples][:3], samples[0].visual.shape
    (['background', 'majority-shape', 'majority-colour'], (144, 128))
    """
    first, number = _natural("start", start), _natural("count", count)
    return (_tokens(model, scene, layer) for scene in range(first, first + number))


def _tokens(model: VisionLanguageModel, number: int, layer: int) -> HeldOutTokens:
    scene = held_out_scene(number)
    question = held_out_question(number, scene)
    visual, prompt = capture(model, model.inputs(scene.image, question.prompt), layer).sample(0)
    return HeldOutTokens(
        scene=number,
        kind=question.kind,
        family=question.family,
        question=question.text,
        visual=visual,
        prompt=prompt,
    )


def _natural(name: str, value: int) -> int:
    try:
        number = -1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise InvalidProblem(
            "models.embedded.held_out_tokens",
            f"{name} {value!r}",
            f"{name} is an integer of at least 0",
            "Scenes are numbered from 0 on.",
        )
    return number
