"""Capture the tokens of one picture and question, and save them as a token file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.experiments.samples import open_picture
from mobtheory.experiments.token_file import TokenFile, read_tokens
from mobtheory.experiments.versions import versions
from mobtheory.models.capturing import capture
from mobtheory.models.fingerprint import weights_fingerprint
from mobtheory.models.vision_language import VisionLanguageModel

_CALLED = "model capture"


@dataclass(frozen=True)
class CapturedTokens:
    """A token file that was written.

    Attributes
    ----------
    path : of the file
    tokens : what is in it, read back
    model, weights, layer, images, prompt : where they came from
    """

    path: Path
    tokens: TokenFile
    model: str
    weights: str
    layer: int
    images: tuple[str, ...]
    prompt: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        prompt = self.tokens.prompt
        assert prompt is not None
        return {
            "schema": 1,
            "file": str(self.path),
            "sha256": self.tokens.sha256,
            "model": self.model,
            "weights": self.weights,
            "layer": self.layer,
            "images": list(self.images),
            "prompt": self.prompt,
            "tokens": {"visual": self.tokens.visual.to_dict(), "prompt": prompt.to_dict()},
            "versions": versions("numpy", "torch", "transformers"),
        }


def capture_tokens(
    model: VisionLanguageModel,
    images: Sequence[str | PathLike[str]],
    question: str,
    layer: int,
    output: str | PathLike[str],
) -> CapturedTokens:
    """Save the tokens that enter a decoder layer, as `read_tokens` and ``mobtheory solve`` take it.

    Parameters
    ----------
    model : what `load` returns
    images : files of the pictures that the question is about, at least one
    question : without image placeholder or role tags
    layer : 0-based decoder layer
    output : the ``.npz`` file, replaced in one step if it is there; it gets ``visual`` (N, d) and
        ``prompt`` (L, d) in the model's dtype, bfloat16 as float32, which holds it exactly

    Returns
    -------
    CapturedTokens

    Raises
    ------
    UnreadableImage
        For a picture that cannot be read.
    InvalidProblem
        For no picture, an empty question or another suffix.
    UnsupportedModel
        As for `capture`.
    ReportNotWritten
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from mobtheory.experiments.samples import embedded_samples
    >>> from mobtheory.models import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sample = embedded_samples(1)[0]
    ...     sample.image.save(f"{folder}/scene.png")
    ...     found = capture_tokens(
    ...         load("embedded"), [f"{folder}/scene.png"], sample.question, 2, f"{folder}/t.npz")
    >>> found.to_dict()["tokens"]["visual"]
    {'shape': [144, 128], 'dtype': 'float32'}
    """
    target = Path(output)
    if target.suffix.lower() != ".npz":
        raise InvalidProblem(
            _CALLED,
            f"output {str(target)!r}",
            "tokens are saved as .npz",
            "Name a file such as tokens.npz.",
        )
    if not images or not question.strip():
        raise InvalidProblem(
            _CALLED,
            f"{len(images)} images and the question {question!r}",
            "a question is asked about at least one picture",
            "Give --image FILE and --question TEXT.",
        )
    pictures = [open_picture(image) for image in images]
    prompt = model.prompt(question.strip(), images=len(pictures))
    cloud = capture(model, model.inputs(pictures, prompt), layer)
    arrays = {"visual": _array(cloud.visual[0]), "prompt": _array(cloud.prompt[0])}
    _replace(target, arrays)
    return CapturedTokens(
        path=target,
        tokens=read_tokens(target),
        model=str(model.name),
        weights=weights_fingerprint(model),
        layer=layer,
        images=tuple(str(Path(image)) for image in images),
        prompt=prompt,
    )


def _array(tokens: torch.Tensor) -> np.ndarray:
    exact = tokens.float() if tokens.dtype == torch.bfloat16 else tokens
    return exact.detach().cpu().numpy()


def _replace(target: Path, arrays: dict[str, np.ndarray]) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".tokens-", dir=target.parent) as staging:
            staged = Path(staging) / target.name
            with staged.open("wb") as file:  # with the permissions of any new file
                np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]
                file.flush()
                os.fsync(file.fileno())
            os.replace(staged, target)
    except OSError as error:
        raise ReportNotWritten(
            _CALLED,
            f"file {str(target)!r} ({type(error).__name__}: {error})",
            "the tokens need a file that can be written",
            "Choose another one with --output. Nothing was changed.",
        ) from error
