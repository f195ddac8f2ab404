"""One picture and question: the answer with and without pruning, the error and its bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.attention import attention_weights
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.layers.space import Space
from mobtheory.experiments.layers.subsets import METHODS, subsets
from mobtheory.experiments.samples import open_picture
from mobtheory.experiments.versions import versions
from mobtheory.models import (
    LayerCall,
    LayerCertificate,
    VisionLanguageModel,
    prune_at_layer,
    read_layer,
)
from mobtheory.models.fingerprint import weights_fingerprint

_CALLED = "model certify"


@dataclass(frozen=True, eq=False)
class CertifiedAnswer:
    """What pruning did to one input.

    Attributes
    ----------
    model, weights, dtype : the model, a fingerprint of its weights, and what it computes in
    images, prompt : the input
    layer, tokens, keep, select, seed : where, how many of how many and how tokens were kept
    answer, pruned_answer : generated greedily
    divergence : KL divergence of the first answer token's distribution, in nats
    certificate : of the layer
    """

    model: str
    weights: str
    dtype: str
    images: tuple[str, ...]
    prompt: str
    tokens: int
    keep: int
    select: str
    seed: int
    answer: str
    pruned_answer: str
    divergence: float
    certificate: LayerCertificate

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; of each quantity the answering row and the largest of all rows."""
        found = self.certificate
        return {
            "schema": 1,
            "model": self.model,
            "weights": self.weights,
            "dtype": self.dtype,
            "images": list(self.images),
            "prompt": self.prompt,
            "layer": found.layer,
            "visual_tokens": self.tokens,
            "kept": self.keep,
            "select": self.select,
            "method": found.method,
            "seed": self.seed,
            "answer": self.answer,
            "pruned_answer": self.pruned_answer,
            "same_answer": self.answer == self.pruned_answer,
            "divergence": self.divergence,
            "prompt_rows": len(found.rows),
            "attention": {
                "error": _of_rows(found.error),
                "measured": _of_rows(found.measured),
                "rounding": _of_rows(found.rounding),
                "bounds": {name: _of_rows(bound) for name, bound in sorted(found.bounds.items())},
            },
            "layer_output": {
                "measured": _of_rows(found.layer_error),
                "bounds": {
                    name: _of_rows(bound) for name, bound in sorted(found.layer_bounds.items())
                },
            },
            "versions": versions("numpy", "torch", "transformers"),
        }


def certify_answer(
    model: VisionLanguageModel,
    images: Sequence[str | PathLike[str]],
    question: str,
    layer: int,
    keep: int,
    *,
    select: str = "mob",
    bias: Literal["log-count"] | None = None,
    new_tokens: int = 16,
    seed: int = 0,
) -> CertifiedAnswer:
    """Answer a question with all visual tokens and with `keep` of them, and certify the layer.

    Parameters
    ----------
    model : what `load` returns
    images : files of the pictures that the question is about
    question : without image placeholder or role tags
    layer : decoder layer whose input is pruned, from 1
    keep : K, from 0 to the number of visual tokens
    select : "random", "fps" (farthest-point sampling), "attention" (the K tokens that the
        answering row attends to most at `layer`) or "mob" (algorithm 1 of the paper)
    bias : None, or "log-count"
    new_tokens : most tokens of an answer
    seed : of "random"

    Returns
    -------
    CertifiedAnswer

    Raises
    ------
    InvalidProblem
        For an unknown selection, or a budget out of range.
    UnreadableImage, UnsupportedModel
        As in `open_picture`, `VisionLanguageModel.inputs`, `read_layer` and `prune_at_layer`.
    """
    if select not in METHODS:
        raise InvalidProblem(
            _CALLED, f"select={select!r}", "this is no selection", f"Use one of {METHODS}."
        )
    prompt = model.prompt(question, images=len(images))
    inputs: Any = model.inputs([open_picture(path) for path in images], prompt)
    (call,) = read_layer(model, inputs, layer)
    count = len(call.visual)
    if not 0 <= keep <= count:
        raise InvalidProblem(
            _CALLED,
            f"keep={keep}",
            f"this input has {count} visual tokens",
            f"Keep from 0 to {count} of them.",
        )
    kept = _kept(call, keep, select, seed)
    whole, first = _generate(model, inputs, new_tokens)
    with prune_at_layer(model, layer, lambda _: kept[None], bias=bias, certify=True) as pruning:
        pruned, first_pruned = _generate(model, inputs, new_tokens)
    assert pruning.certificate is not None
    return CertifiedAnswer(
        model=model.name,
        weights=weights_fingerprint(model),
        dtype=str(model.model.dtype).removeprefix("torch."),
        images=tuple(str(path) for path in images),
        prompt=prompt,
        tokens=count,
        keep=keep,
        select=select,
        seed=seed,
        answer=whole,
        pruned_answer=pruned,
        divergence=_divergence(first, first_pruned),
        certificate=pruning.certificate[0],
    )


def _kept(call: LayerCall, keep: int, select: str, seed: int) -> NDArray[np.int64]:
    count = len(call.visual)
    if keep in (0, count):
        return np.arange(keep)
    tokens = call.hidden.double().cpu().numpy()
    visual, prompt = tokens[call.visual], tokens[call.prompt]
    raw, unit = (Space.of(visual, prompt, unit=scaled) for scaled in (False, True))
    attention = attention_weights(call.run().logits)[:, -1, call.visual].mean(axis=0)
    chosen = subsets(raw, unit, attention, keep, np.random.default_rng(seed))
    return next(subset.kept for subset in chosen if subset.method == select)


def _generate(model: VisionLanguageModel, inputs: Any, new_tokens: int) -> tuple[str, torch.Tensor]:
    """The answer, and the logits of its first token."""
    network: Any = model.model
    made = network.generate(
        **inputs,
        max_new_tokens=new_tokens,
        do_sample=False,
        output_logits=True,
        return_dict_in_generate=True,
    )
    new = made.sequences[0, inputs["input_ids"].shape[1] :]
    text = model.processor.tokenizer.decode(new, skip_special_tokens=True)
    return text.strip(), made.logits[0][0].double()


def _divergence(whole: torch.Tensor, pruned: torch.Tensor) -> float:
    logs, others = whole.log_softmax(-1), pruned.log_softmax(-1)
    return max(0.0, float((logs.exp() * (logs - others)).sum()))


def _of_rows(values: NDArray[np.float64]) -> dict[str, float | None]:
    finite = [float(x) if np.isfinite(x) else None for x in (values[-1], values.max())]
    return {"answering": finite[0], "largest": finite[1]}
