"""Put a finished training run into the package: ``python -m mobtheory.models.embedded.publish``.

The checkpoint goes through the loading path of every other model, is stored in bfloat16, the
precision it was trained in, and replaces the old one only when it is complete and measured.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from mobtheory.models.embedded.evaluate import manifest
from mobtheory.models.embedded.shipped import (
    WEIGHTS,
    checkpoint_folder,
    manifest_path,
    training_log_path,
)
from mobtheory.models.loading import load

MOST_BYTES = 20_000_000


def store(checkpoint: Path, folder: Path) -> None:
    """Write the model and processor of `checkpoint` to `folder`, in bfloat16."""
    trained = load(checkpoint, device="cpu", dtype="bfloat16")
    trained.model.save_pretrained(folder)
    trained.processor.save_pretrained(folder)
    size = (folder / WEIGHTS).stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{WEIGHTS} has {size} bytes; at most {MOST_BYTES} go into the package")


def publish(run: Path, scenes: int) -> None:
    """Replace the package's checkpoint, training log and manifest by those of a run's folder."""
    home = checkpoint_folder()
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        fresh, old = Path(scratch) / "fresh", Path(scratch) / "old"
        store(run / "checkpoint", fresh)
        found = manifest(fresh, scenes)
        if home.exists():
            os.replace(home, old)
        os.replace(fresh, home)
    manifest_path().write_text(json.dumps(found, indent=2) + "\n")
    shutil.copyfile(run / training_log_path().name, training_log_path())


def main() -> None:
    """Command line: publish the run in a folder that the training script wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the --output of the training")
    parser.add_argument("--scenes", type=int, default=400, help="held-out scenes to measure on")
    arguments = parser.parse_args()
    publish(arguments.run, arguments.scenes)


if __name__ == "__main__":
    main()
