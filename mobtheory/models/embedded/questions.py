"""Two families of questions: coarse (any part of the picture answers), fine (one patch does)."""

from dataclasses import dataclass
from typing import Literal

from mobtheory.models.embedded.scenes import BACKGROUNDS, COLOURS, DIGITS, SHAPES, Scene

Family = Literal["coarse", "fine"]

KINDS: dict[str, Family] = {
    "background": "coarse",
    "majority-shape": "coarse",
    "majority-colour": "coarse",
    "small-colour": "fine",
    "small-shape": "fine",
    "digit": "fine",
}

_SPECIAL = ("<pad>", "<s>", "</s>", "<unk>", "<image>", "USER", "ASSISTANT", ":", "?")
_ASKING = "what is the background colour which shape most common small digit in box"
VOCABULARY = [
    *_SPECIAL,
    *sorted({*BACKGROUNDS, *COLOURS, *SHAPES, *DIGITS, *_ASKING.split()}),
]


@dataclass(frozen=True)
class Question:
    """A question about a scene and its one-word answer."""

    kind: str
    text: str
    answer: str

    @property
    def family(self) -> Family:
        return KINDS[self.kind]

    @property
    def prompt(self) -> str:
        """The chat line that the model was trained on."""
        return f"USER: <image> {self.text} ASSISTANT:"


def questions_about(scene: Scene) -> list[Question]:
    """Every question of both families that has one answer on this scene."""
    background, colour = list(BACKGROUNDS), list(COLOURS)
    return [
        Question("background", "what is the background colour ?", background[scene.background]),
        Question("majority-shape", "which shape is most common ?", SHAPES[scene.majority_shape]),
        Question("majority-colour", "which colour is most common ?", colour[scene.majority_colour]),
        *(
            Question("small-colour", f"what colour is the small {SHAPES[s]} ?", colour[c])
            for s, c in scene.small
        ),
        *(
            Question("small-shape", f"what is the small {colour[c]} shape ?", SHAPES[s])
            for s, c in scene.small
        ),
        *(
            Question("digit", f"what digit is in the {colour[c]} box ?", DIGITS[d])
            for c, d in scene.boxes.items()
        ),
    ]
