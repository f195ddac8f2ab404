"""What the figures depend on: the processor, the linear algebra, the versions."""

import os
import platform
from importlib.metadata import version
from typing import Any

import threadpoolctl
from cpuinfo import get_cpu_info

PACKAGES = ("mobtheory", "numpy", "scipy", "fpsample", "spopt", "pulp", "pytest-benchmark")


def description() -> dict[str, Any]:
    """The machine in words; no name of it, no folder."""
    return {
        "processor": get_cpu_info().get("brand_raw", platform.machine()),
        "cores": os.cpu_count(),
        "cores_used": 1,
        "system": platform.system(),
        "python": platform.python_version(),
        "blas": sorted(
            {
                f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', 'unknown')})"
                for pool in threadpoolctl.threadpool_info()
                if pool["user_api"] == "blas"
            }
        ),
        "versions": {name: version(name) for name in PACKAGES},
    }
