"""Load a vision-language model from the package, a folder or the hub, by one and the same path."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
from transformers.utils import logging

from mobtheory.errors import MissingExtra, UnsupportedModel
from mobtheory.models import embedded
from mobtheory.models.adapters import adapter_for
from mobtheory.models.vision_language import VisionLanguageModel

_CALLED = "models.load"
_ATTENTION = ("sdpa", "eager", "flash_attention_2")
# what Transformers may miss on the way, as it names it, and what to install
_PACKAGES = {"torchvision": "torchvision", "flash": "flash-attn", "sentencepiece": "sentencepiece"}
_DTYPES = ("auto", "float64", "float32", "bfloat16", "float16")


def load(
    name_or_path: str | PathLike[str] = "embedded",
    *,
    device: str | torch.device = "auto",
    dtype: str | torch.dtype = "auto",
    device_map: str | dict[str, Any] | None = None,
    attention: str | None = None,
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
    device_map : how Transformers spreads the model over devices, such as ``"auto"`` or a
        mapping of module names; takes the place of `device` and needs Accelerate
    attention : the attention kernel: ``"sdpa"``, ``"eager"`` or ``"flash_attention_2"``; None
        leaves the choice to Transformers.  `prune_at_layer` takes the first two.

    Returns
    -------
    VisionLanguageModel
        In evaluation mode, parameters without gradients.

    Raises
    ------
    UnsupportedModel
        For a missing, truncated or damaged checkpoint, weights that do not fit the
        configuration, a text-only model, a family without adapter, an unknown device, dtype or
        attention kernel, or `device` and `device_map` at once.
    MissingExtra
        When PyTorch or Transformers is not installed, Accelerate for a `device_map`, Torchvision
        for a processor that reads videos, or the attention kernel.

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
    try:
        name = fspath(name_or_path)
    except TypeError as error:
        raise UnsupportedModel(
            _CALLED,
            f"a {type(name_or_path).__name__}",
            "a model is named by a hub id or a folder",
            'Use "embedded", a hub id, or the path of a folder.',
        ) from error
    target, precision = _device(device), _dtype(dtype)
    placement = _placement(device, device_map) | _kernel(attention)
    source = name
    if name == "embedded":
        source = str(embedded.verified_checkpoint())
        precision = torch.float32 if precision == "auto" else precision
    # a folder never needs the hub; saying so keeps Transformers from asking for optional files
    origin: dict[str, Any] = {"local_files_only": Path(source).is_dir(), "trust_remote_code": False}
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
            **placement,
            **origin,
        )
    model, findings = loaded
    _check_fit(name, findings)
    if device_map is None:
        nn.Module.to(model, target)
    model.eval().requires_grad_(False)
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


def _placement(device: Any, device_map: Any) -> dict[str, Any]:
    if device_map is None:
        return {}
    if device != "auto":
        raise UnsupportedModel(
            _CALLED,
            f"device {device!r} and device_map {device_map!r}",
            "a model lies on one device or is spread by a map",
            "Pass one of them.",
        )
    if find_spec("accelerate") is None:
        raise MissingExtra(
            f"{_CALLED} with a device_map",
            "no module accelerate",
            "Transformers spreads a model over devices with Accelerate",
            "Run pip install accelerate.",
        )
    return {"device_map": device_map}


def _kernel(attention: Any) -> dict[str, Any]:
    if attention is None:
        return {}
    if attention not in _ATTENTION:
        raise UnsupportedModel(
            _CALLED,
            f"attention {attention!r}",
            "this is no attention kernel that the harness knows",
            f"Use one of {_ATTENTION}, or None.",
        )
    return {"attn_implementation": attention}


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
    except ImportError as error:
        said = str(error).lower()
        package = next((known for word, known in _PACKAGES.items() if word in said), None)
        raise MissingExtra(
            _CALLED,
            repr(name),
            f"loading {part} takes a package that is not installed ({_first_line(error)})",
            f"Run pip install {package}." if package else "Install that package.",
        ) from error
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
