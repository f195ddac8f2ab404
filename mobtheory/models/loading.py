"""Load a vision-language model from the package, a folder or the hub, by one and the same path."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
from transformers.utils import logging

from mobtheory.errors import UnsupportedModel
from mobtheory.models import embedded
from mobtheory.models.adapters import adapter_for
from mobtheory.models.vision_language import VisionLanguageModel

_CALLED = "models.load"
_DTYPES = ("auto", "float64", "float32", "bfloat16", "float16")


def load(
    name_or_path: str | PathLike[str] = "embedded",
    *,
    device: str | torch.device = "auto",
    dtype: str | torch.dtype = "auto",
) -> VisionLanguageModel:
    """Load a model and its processor.

    Parameters
    ----------
    name_or_path : ``"embedded"`` for the model that ships with the package (offline), a folder
        that ``save_pretrained`` wrote, or a hub id such as ``"llava-hf/llava-1.5-7b-hf"``
    device : ``"auto"`` is CUDA where there is one and the CPU elsewhere
    dtype : ``"auto"`` is float32 for ``"embedded"`` (its file holds bfloat16, and what is
        measured on it should not depend on bfloat16 arithmetic) and the checkpoint's own dtype
        for every other model

    Returns
    -------
    VisionLanguageModel
        In evaluation mode, parameters without gradients.

    Raises
    ------
    UnsupportedModel
        For a missing, truncated or damaged checkpoint, weights that do not fit the
        configuration, a text-only model, a family without adapter, an unknown device or dtype.
    MissingExtra
        When PyTorch or Transformers is not installed.

    Notes
    -----
    Only safetensors files are read and no code from a checkpoint is ever run.

    Examples
    --------
    >>> from mobtheory.models import load
    >>> model = load("embedded", device="cpu")
    >>> type(model.model).__name__, str(model.model.dtype)
    ('LlavaForConditionalGeneration', 'torch.float32')
    """
    name = fspath(name_or_path)
    target, precision = _device(device), _dtype(dtype)
    source = name
    if name == "embedded":
        source = str(embedded.verified_checkpoint())
        precision = torch.float32 if precision == "auto" else precision
    # a folder never needs the hub; saying so keeps Transformers from asking for optional files
    origin: dict[str, Any] = {"local_files_only": Path(source).is_dir()}
    with _explained(name, "its configuration"):
        config = AutoConfig.from_pretrained(source, **origin)
    adapter = adapter_for(config.model_type, _CALLED)
    with _explained(name, "its processor"):
        processor: Any = AutoProcessor.from_pretrained(source, **origin)
        processor.tokenizer.padding_side = "left"
    with _explained(name, "its weights"), _bar_on_terminal_only():
        loaded: Any = AutoModelForImageTextToText.from_pretrained(
            source,
            dtype=precision,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # they are told below, with all other misfits
            output_loading_info=True,
            **origin,
        )
    model, findings = loaded
    _check_fit(name, findings)
    nn.Module.to(model, target).eval().requires_grad_(False)
    return VisionLanguageModel(model=model, processor=processor, adapter=adapter, name=name)


def _device(device: Any) -> torch.device:
    try:
        if device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        target = torch.device(device)
        torch.empty(0, device=target)
    except (RuntimeError, TypeError, AssertionError) as error:
        raise UnsupportedModel(
            _CALLED,
            f"device {device!r}",
            f"PyTorch cannot use it ({_first_line(error)})",
            'Use "auto", "cpu" or an existing CUDA device such as "cuda:0".',
        ) from error
    return target


def _dtype(dtype: Any) -> Any:
    name = str(dtype).removeprefix("torch.")
    if name not in _DTYPES:
        raise UnsupportedModel(
            _CALLED, f"dtype {dtype!r}", "this is no dtype for weights", f"Use one of {_DTYPES}."
        )
    return name if name == "auto" else getattr(torch, name)


@contextmanager
def _explained(name: str, part: str) -> Generator[None]:
    """Turn what Transformers raises on a bad checkpoint into one error that says how to mend it."""
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError) as error:
        raise UnsupportedModel(
            _CALLED,
            repr(name),
            f"{part} cannot be loaded ({type(error).__name__}: {_first_line(error)})",
            'Give "embedded", the id of a LLaVA-style checkpoint on the hub (with network), or a '
            "complete folder with config.json, the processor files and safetensors weights.",
        ) from error


@contextmanager
def _bar_on_terminal_only() -> Generator[None]:
    """Transformers draws its progress bar into log files too."""
    shown = logging.is_progress_bar_enabled()
    if shown and not sys.stderr.isatty():
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _check_fit(name: str, findings: dict[str, Any]) -> None:
    """Transformers only warns about weights it had to invent; nothing measured on them counts."""
    misfits = {
        "missing": findings["missing_keys"],
        "unexpected": findings["unexpected_keys"],
        "wrongly shaped": [key for key, *_ in findings["mismatched_keys"]],
        "unreadable": findings["error_msgs"],
    }
    found = [
        f"{len(keys)} {kind} (such as {min(map(str, keys))})"
        for kind, keys in misfits.items()
        if keys
    ]
    if found:
        raise UnsupportedModel(
            _CALLED,
            f"{name!r} with weights {', '.join(found)}",
            "the weights must fit the configuration exactly",
            "Save model and configuration together with save_pretrained.",
        )
