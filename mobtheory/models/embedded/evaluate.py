"""Measure a checkpoint: ``python -m mobtheory.models.embedded.evaluate --checkpoint FOLDER``.

Every question about every held-out scene is asked as a prompt of its own, through the processor
and ``generate``, once with all visual tokens and once with none of them left at layer 2.  The
second figure is the honest baseline of any pruning table: what is answered from what the
question has already read, and from priors.
"""

import argparse
import json
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import track

from mobtheory.models.embedded.questions import KINDS, Question, questions_about
from mobtheory.models.embedded.recipe import Recipe
from mobtheory.models.embedded.scenes import Scene, held_out_scene
from mobtheory.models.embedded.share import Share
from mobtheory.models.embedded.shipped import WEIGHTS, checkpoint_folder, sha256_of
from mobtheory.models.loading import load
from mobtheory.models.prune import prune_at_layer
from mobtheory.models.tokens import TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel

PRUNED_LAYER = 2
ALL, NONE = "all visual tokens", f"no visual token at layer {PRUNED_LAYER}"
_LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors", "numpy")


def no_visual_token(cloud: TokenCloud) -> np.ndarray:
    """The selection that keeps nothing."""
    return np.empty((len(cloud.spans), 0), dtype=np.int64)


def accuracy(
    model: VisionLanguageModel,
    scenes: Sequence[Scene],
    *,
    visual_tokens: bool = True,
    batch: int = 32,
) -> dict[str, Share]:
    """Share of exactly right answers per kind of question, all questions of `scenes` asked.

    Parameters
    ----------
    model : the embedded model
    scenes : the scenes to ask about
    visual_tokens : False removes every visual token at layer 2
    batch : prompts a batch
    """
    asked = [(scene, question) for scene in scenes for question in questions_about(scene)]
    asked.sort(key=lambda pair: list(KINDS).index(pair[1].kind))  # equal lengths: less padding
    shares = dict.fromkeys(KINDS, Share(0, 0))
    with ExitStack() as stack:
        label = ALL
        if not visual_tokens:
            label = NONE
            stack.enter_context(prune_at_layer(model, PRUNED_LAYER, no_visual_token))
        console = Console(stderr=True)
        starts = range(0, len(asked), batch)
        for start in track(starts, label, console=console, disable=not console.is_terminal):
            chunk = asked[start : start + batch]
            for (_, question), answer in zip(chunk, _answers(model, chunk), strict=True):
                shares[question.kind] += Share(int(answer == question.answer), 1)
    return shares


def _answers(model: VisionLanguageModel, asked: Sequence[tuple[Scene, Question]]) -> list[str]:
    inputs = model.inputs([s.image for s, _ in asked], [q.prompt for _, q in asked])
    network: Any = model.model
    with torch.no_grad():
        ids = network.generate(**inputs, max_new_tokens=2, do_sample=False)
    new = ids[:, inputs["input_ids"].shape[1] :]
    return model.processor.batch_decode(new, skip_special_tokens=True)


def by_family(kinds: dict[str, Share]) -> dict[str, Share]:
    """The shares of the kinds, summed over each family."""
    families: dict[str, Share] = {family: Share(0, 0) for family in KINDS.values()}
    for kind, share in kinds.items():
        families[KINDS[kind]] += share
    return families


def _table(kinds: dict[str, Share]) -> dict[str, Any]:
    def row(share: Share) -> dict[str, Any]:
        low, high = share.interval()
        figures = {"accuracy": share.accuracy, "low": low, "high": high}
        return {**asdict(share), **{name: round(value, 4) for name, value in figures.items()}}

    return {
        "families": {name: row(share) for name, share in by_family(kinds).items()},
        "kinds": {name: row(share) for name, share in kinds.items()},
    }


def manifest(checkpoint: Path, scenes: int) -> dict[str, Any]:
    """Everything that is known about a checkpoint, its accuracy measured on `scenes` scenes."""
    model = load(checkpoint, dtype="float32")
    held_out = [held_out_scene(number) for number in range(scenes)]
    weights = checkpoint / WEIGHTS
    return {
        "sha256": sha256_of(weights),
        "bytes": weights.stat().st_size,
        "parameters": sum(p.numel() for p in model.model.parameters()),
        "recipe": asdict(Recipe()),
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "held_out_scenes": scenes,
        "interval": "Wilson, 95 %",
        ALL: _table(accuracy(model, held_out)),
        NONE: _table(accuracy(model, held_out, visual_tokens=False)),
    }


def main() -> None:
    """Command line: measure a checkpoint and write its manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=checkpoint_folder())
    parser.add_argument("--scenes", type=int, default=400, help="held-out scenes, from number 0 on")
    parser.add_argument("--output", type=Path, required=True, help="the JSON file to write")
    arguments = parser.parse_args()
    found = manifest(arguments.checkpoint, arguments.scenes)
    arguments.output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
