"""Put a finished training run into the package: ``python -m mobtheory.models.embedded.publish``.

The run's checkpoint is loaded and measured first; the package keeps the old one until then.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file

from mobtheory.models.embedded.evaluate import manifest
from mobtheory.models.embedded.shipped import (
    WEIGHTS,
    checkpoint_folder,
    manifest_path,
    training_log_path,
)

MOST_BYTES = 20_000_000


def check_weights(weights: Path) -> None:
    """Refuse weights that are too big for the package or not in the dtype of the training."""
    size = weights.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{weights} has {size} bytes; at most {MOST_BYTES} go into the package")
    dtypes = {tensor.dtype for tensor in load_file(weights).values()}
    if dtypes != {torch.bfloat16}:
        raise SystemExit(f"{weights} holds {sorted(map(str, dtypes))}; the package keeps bfloat16")


def replace_folder(source: Path, target: Path) -> None:
    """Put a copy of `source` in the place of `target`, which is never half written."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        fresh, old = Path(scratch) / "fresh", Path(scratch) / "old"
        # contents without modes: safetensors files are written for their owner alone
        shutil.copytree(source, fresh, copy_function=shutil.copyfile)
        if target.exists():
            os.replace(target, old)
        os.replace(fresh, target)


def publish(run: Path, scenes: int) -> None:
    """Replace the package's checkpoint, training log and manifest by those of a run's folder."""
    checkpoint, log = run / "checkpoint", training_log_path()
    check_weights(checkpoint / WEIGHTS)
    found = manifest(checkpoint, scenes)
    replace_folder(checkpoint, checkpoint_folder())
    shutil.copyfile(run / log.name, log)
    manifest_path().write_text(json.dumps(found, indent=2) + "\n")


def main() -> None:
    """Command line: publish the run in a folder that the training script wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the --output of the training")
    parser.add_argument("--scenes", type=int, default=400, help="held-out scenes to measure on")
    arguments = parser.parse_args()
    publish(arguments.run, arguments.scenes)


if __name__ == "__main__":
    main()
