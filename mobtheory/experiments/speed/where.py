"""The device, the versions and the state of the source that figures belong to."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from mobtheory.experiments.versions import versions


def device_facts(device: torch.device) -> dict[str, Any]:
    """What the figures depend on; no name of the machine, no folder."""
    if device.type != "cuda":
        return {
            "kind": device.type,
            "name": _processor(),
            "threads": torch.get_num_threads(),
        }
    facts = torch.cuda.get_device_properties(device)
    return {
        "kind": "cuda",
        "name": facts.name,
        "host": _processor(),
        "driver": _driver(),
        "cuda": torch.version.cuda,
        "compute_capability": f"{facts.major}.{facts.minor}",
        "multiprocessors": facts.multi_processor_count,
        "memory_bytes": facts.total_memory,
    }


def source_facts() -> dict[str, Any]:
    """Versions, time and commit."""
    return {
        "versions": versions("torch", "transformers", "triton"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
    }


def _commit() -> str | None:
    """The commit of the working tree of the source; MOBTHEORY_COMMIT tells it of a copy."""
    told = os.environ.get("MOBTHEORY_COMMIT")
    if told:
        return told
    package = str(Path(__file__).parents[2])
    commit = _said("git", "-C", package, "rev-parse", "HEAD")
    changed = commit and _said("git", "-C", package, "status", "--porcelain", "--", ".")
    return f"{commit}+changes" if changed else commit


def _driver() -> str | None:
    said = _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
    return said.partition("\n")[0] if said else None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _said(*command: str) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
