"""Scenes answer each of their questions in exactly one way, with distractors present."""

import numpy as np
import pytest

from mobtheory.models.embedded.questions import KINDS, VOCABULARY, questions_about
from mobtheory.models.embedded.scenes import (
    CELL,
    DIGIT_BOX,
    FIRST_BIG,
    FIRST_SMALL,
    PATCH,
    draw_scene,
    held_out_scene,
)

pytestmark = pytest.mark.models
SCENES = [held_out_scene(i) for i in range(60)]


def test_the_same_number_gives_the_same_scene() -> None:
    assert np.array_equal(held_out_scene(3).image, SCENES[3].image)
    assert not np.array_equal(held_out_scene(4).image, SCENES[3].image)


@pytest.mark.parametrize("scene", SCENES[:20])
def test_questions_have_one_answer(scene) -> None:
    asked = questions_about(scene)
    assert len({q.text for q in asked}) == len(asked)
    assert {q.kind for q in asked} == set(KINDS)
    for question in asked:
        assert question.answer in VOCABULARY
        assert all(word in VOCABULARY for word in question.text.split())


def test_every_scene_has_distractors() -> None:
    for scene in SCENES:
        assert len(scene.boxes) == 3
        shapes, colours = zip(*scene.small, strict=True)
        assert 2 <= len(shapes) <= 3
        assert len(set(shapes)) == len(set(colours)) == len(shapes)


def test_majorities_lead_by_two() -> None:
    for scene in SCENES:
        big = (scene.content >= FIRST_BIG) & (scene.content < FIRST_SMALL)
        for labels, winner in (
            (scene.content[big] - FIRST_BIG, scene.majority_shape),
            (scene.colour[big], scene.majority_colour),
        ):
            tally = np.bincount(labels)
            assert tally.argmax() == winner
            assert np.sort(tally)[-1] - np.sort(np.append(tally, 0))[-2] >= 2


def test_a_small_shape_lies_inside_one_patch() -> None:
    """Changing the colour of small shapes changes pixels of one patch each, up to noise."""
    for scene in SCENES[:10]:
        for cell in np.flatnonzero((scene.content >= FIRST_SMALL) & (scene.content < DIGIT_BOX)):
            top, left = (cell // 4) * CELL, (cell % 4) * CELL
            window = scene.image[top : top + CELL, left : left + CELL].astype(float)
            background = np.median(window, axis=(0, 1))
            far = np.abs(window - background).max(axis=2) > 60
            patches = {(y // PATCH, x // PATCH) for y, x in np.argwhere(far)}
            assert len(patches) == 1


def test_answers_are_balanced_enough_that_guessing_fails() -> None:
    rng = np.random.default_rng(5)
    answers: dict[str, list[str]] = {}
    for _ in range(300):
        for question in questions_about(draw_scene(rng)):
            answers.setdefault(question.kind, []).append(question.answer)
    for kind, given in answers.items():
        share = max(given.count(a) for a in set(given)) / len(given)
        assert share < 0.4, (kind, share)
