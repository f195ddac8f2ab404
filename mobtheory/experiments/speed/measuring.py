"""Measure what pruning saves: all settings side by side, again and again."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from fractions import Fraction
from typing import Any

import numpy as np

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed.busy import busy_milliseconds
from mobtheory.experiments.speed.choosing import choose_model
from mobtheory.experiments.speed.clock import clock_for
from mobtheory.experiments.speed.garbage import collected_outside
from mobtheory.experiments.speed.goals import goals_of
from mobtheory.experiments.speed.kernels import attention_kernels
from mobtheory.experiments.speed.memory import memory_of
from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.samples import Samples, runs_of
from mobtheory.experiments.speed.setting import RATIOS, Setting, settings_for
from mobtheory.experiments.speed.shapes import Shape
from mobtheory.experiments.speed.subject import CALLED, Subject, subject_for
from mobtheory.experiments.speed.tower_graph import tower_graphed
from mobtheory.experiments.speed.where import device_facts, source_facts
from mobtheory.models import VisionLanguageModel
from mobtheory.models.batching import in_batches
from mobtheory.models.hooks import layer_index
from mobtheory.models.vision_language import parts_of

ANSWERS = (1, 4, 32)


def measure_speed(
    model: str | Shape | VisionLanguageModel = "embedded",
    *,
    layer: int = 2,
    selects: tuple[str, ...] = ("mob",),
    ratios: tuple[Fraction, ...] = RATIOS,
    answers: tuple[int, ...] = ANSWERS,
    repeats: int = 20,
    warmup: int = 2,
    batch: int = 1,
    tower_graph: bool = False,
    device: str = "auto",
    dtype: str = "auto",
    seed: int = 0,
    progress: Callable[[str, int, int], object] = lambda *_: None,
    on_halved: Callable[[int], object] = lambda _: None,
    on_document: Callable[[dict[str, Any]], object] = lambda _: None,
) -> dict[str, Any]:
    """Measure prefill, answers, selection and memory with and without pruning.

    Parameters
    ----------
    model : "embedded", a name that `load` takes, a loaded model, a `Shape`, or the name of one:
        "llava-1.5-7b", "llava-next-7b", "llava-next-mistral-7b", built with random weights; where
        there is no CUDA, "embedded" takes the place of such a name unless `device` says otherwise
    layer : decoder layer whose input loses the tokens
    selects : selection rules: "random", "nearest", "fps", "mob"
    ratios : shares of the visual tokens that are dropped
    answers : lengths of the answers in tokens
    repeats, warmup : runs of each setting that count, and before them runs that do not
    batch : sequences at once; halved where memory runs out
    tower_graph : replay the vision tower as one CUDA graph, in every setting, so that the host is
        free for the decoder
    device, dtype : as `load`; for a shape "auto" is bfloat16 on CUDA and float32 on the CPU
    seed : of weights, inputs, random selections and the order of the settings
    progress : told (stage, done, total)
    on_halved : told the new batch each time that memory ran out
    on_document : given the document after each repeat, so that a run cut short leaves its figures

    Returns
    -------
    dict
        The document of ``mobtheory model bench``: JSON Schema ``bench``.

    Raises
    ------
    UnsupportedModel
        For an unknown model, layer, selection, device or dtype, for a number of repeats, tokens or
        sequences below 1, a negative seed, or when a single sequence does not fit the memory.

    Notes
    -----
    In each repeat every setting runs once, in an order drawn anew, so that what changes slowly
    (clocks, temperature) touches all alike; a speedup is a ratio of runs of one repeat.  Times are
    taken with CUDA events, on the CPU with the host's clock.  Python's garbage is collected between
    the repeats.  Reading a file, preparing a picture and printing an answer are left out.
    """
    _check_seed(seed)
    _check_counts(repeats=repeats, warmup=warmup, batch=batch, answers=answers)
    chosen, notes = choose_model(model, device)
    progress("building", 0, 1)
    subject = subject_for(chosen, device=device, dtype=dtype, seed=seed)
    clock = clock_for(subject.network.device)
    layer = layer_index(layer, 1, parts_of(subject.network, CALLED), CALLED)
    settings = settings_for(subject.visual, selects, ratios, layer)
    progress("building", 1, 1)
    longest = max(answers)
    fits = _fitting_batch(subject, settings, batch, longest, on_halved)
    runner = Runner(subject, fits, clock, seed=seed)

    document: dict[str, Any] = {
        "schema": 1,
        "model": _model_facts(subject, fits),
        "device": device_facts(subject.network.device),
        **source_facts(),
        "asked": {
            "layer": layer,
            "selects": list(selects),
            "answers": list(answers),
            "repeats": repeats,
            "warmup": warmup,
            "batch": batch,
            "tower_graph": tower_graph,
            "seed": seed,
        },
        "notes": notes,
        "kernels": {
            "unpruned": attention_kernels(runner, settings[0]),
            "pruned": attention_kernels(runner, settings[-1]),
        },
    }
    rng = np.random.default_rng(seed)
    with tower_graphed(subject.network) if tower_graph else nullcontext():
        for done in range(warmup):
            for setting in settings:
                runner.prefill(setting)
                runner.answer(setting, longest)
            progress("warming up", done + 1, warmup)
        once = {
            setting: {
                **memory_of(runner, setting, longest),
                "busy_milliseconds": busy_milliseconds(runner, setting),
            }
            for setting in settings
        }
        samples = Samples(settings, answers)
        for done in _interleaved(runner, samples, repeats, rng):
            document["repeats"] = done
            document["complete"] = done == repeats
            document["runs"] = runs_of(samples, once)
            document["goals"] = goals_of(document)
            on_document(document)
            progress("measuring", done, repeats)
    return document


def _interleaved(
    runner: Runner, samples: Samples, repeats: int, rng: np.random.Generator
) -> Iterator[int]:
    """Run every setting once a repeat, in an order drawn anew; yields the repeats so far."""
    with collected_outside() as collect:
        for done in range(repeats):
            collect()
            for place in rng.permutation(len(samples.settings)):
                setting = samples.settings[place]
                samples.add(setting, runner.prefill(setting))
                for tokens in samples.answers:
                    samples.add_answer(setting, tokens, runner.answer(setting, tokens))
            yield done + 1


def _fitting_batch(
    subject: Subject,
    settings: tuple[Setting, ...],
    batch: int,
    tokens: int,
    on_halved: Callable[[int], object],
) -> int:
    """The largest batch, halved from the one asked for, that answers in every setting."""
    fits = batch
    clock = clock_for(subject.network.device)

    def halved(size: int) -> None:
        nonlocal fits
        fits = size
        on_halved(size)

    def run(rows: Any) -> list[None]:
        runner = Runner(subject, len(rows), clock)
        for setting in settings:  # a selection can take more memory than it saves
            runner.answer(setting, 1 if setting.select else tokens)
        return [None] * len(rows)

    in_batches(run, range(batch), batch, on_halved=halved)
    return fits


def _model_facts(subject: Subject, batch: int) -> dict[str, Any]:
    network: Any = subject.network
    return {
        "name": subject.name,
        "family": network.config.model_type,
        "random_weights": subject.random_weights,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "weight_bytes": sum(parameter.nbytes for parameter in network.parameters()),
        "dtype": str(network.dtype).removeprefix("torch."),
        "attention": network.get_decoder().config._attn_implementation,
        "decoder_layers": len(network.get_decoder().layers),
        "visual_tokens": subject.visual,
        "text_tokens": subject.tokens - subject.visual,
        "batch": batch,
    }


def _check_seed(seed: int) -> None:
    if not 0 <= seed < 2**63:
        raise UnsupportedModel(
            CALLED,
            f"seed={seed}",
            "a seed is not negative and has at most 63 bits",
            "Pass a number such as 0.",
        )


def _check_counts(*, warmup: int, answers: tuple[int, ...], **counts: int) -> None:
    low = [f"{name}={count}" for name, count in counts.items() if count < 1]
    low += [f"answers={answers}"] * (not answers or min(answers) < 1)
    low += [f"warmup={warmup}"] * (warmup < 0)
    if low:
        raise UnsupportedModel(
            CALLED, ", ".join(low), "there is nothing to measure", "Pass 1 or more (warmup: 0)."
        )
