"""One picture with a question; the picture is opened when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Sample:
    """A picture with a question about it.

    Attributes
    ----------
    id : tells it from all others of its set
    question : without image placeholder or role tags
    kind : of question, or None where nobody says
    family : coarser than the kind, such as "coarse" and "fine", or None
    answer : the right one, or None
    source : the file of the picture, or how it is drawn, in words that identify it
    opened : opens the picture; `image` calls it
    path : the file of the picture, or None where it has none
    """

    id: str
    question: str
    kind: str | None
    family: str | None
    answer: str | None
    source: str
    opened: "Callable[[], Image]" = field(repr=False, compare=False)
    path: Path | None = field(default=None, repr=False, compare=False)

    @property
    def image(self) -> "Image":
        """The picture, opened anew at each call: nothing is kept of thousands of them.

        Raises
        ------
        UnreadableImage
            When the file cannot be read as a picture.
        """
        return self.opened()

    def to_dict(self) -> dict[str, Any]:
        """Everything but the picture, as plain data."""
        names = ("id", "question", "kind", "family", "answer", "source")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class RefusedSample:
    """A row or a picture that was left out, and why.

    Attributes
    ----------
    id : of the sample, or its row where it never became one
    reason : in words
    """

    id: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """As plain data."""
        return {"id": self.id, "reason": self.reason}


class ReadSamples(NamedTuple):
    """What a file of samples holds: the good rows, and those that were refused."""

    samples: tuple[Sample, ...]
    refused: tuple[RefusedSample, ...]
