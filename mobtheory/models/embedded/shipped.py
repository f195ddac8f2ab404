"""Where the checkpoint lies, what is known about it, and whether it is still the same file."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from mobtheory.errors import UnsupportedModel

WEIGHTS = "model.safetensors"


def checkpoint_folder() -> Path:
    """The folder of the checkpoint that ships with the package."""
    return Path(str(files("mobtheory.models.embedded"))) / "checkpoint"


def manifest_path() -> Path:
    """The file that `read_manifest` reads."""
    return checkpoint_folder().parent / "manifest.json"


def training_log_path() -> Path:
    """The log that the training script wrote, one JSON object a line."""
    return checkpoint_folder().parent / "training_log.jsonl"


def read_manifest() -> dict[str, Any]:
    """How the checkpoint was trained, its SHA-256, and what it reaches on held-out scenes."""
    return json.loads(manifest_path().read_text())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def verified_checkpoint() -> Path:
    """The checkpoint's folder, once its weights have been found to be those of the manifest.

    Raises
    ------
    UnsupportedModel
        When a file is missing or the weights have changed: a damaged file can still load.
    """
    weights = checkpoint_folder() / WEIGHTS
    try:
        intact = sha256_of(weights) == read_manifest()["sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error
    if not intact:
        raise _damaged(f"{WEIGHTS} with another SHA-256 than the manifest gives")
    return weights.parent


def _damaged(received: str) -> UnsupportedModel:
    return UnsupportedModel(
        "models.load",
        received,
        "the embedded checkpoint is incomplete or damaged",
        'Install mobtheory again: pip install --force-reinstall "mobtheory[models]".',
    )
