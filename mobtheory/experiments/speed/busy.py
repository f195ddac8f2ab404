"""How long the device works in a prefill, whatever the host takes to tell it what to do."""

import warnings
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import Setting


def busy_milliseconds(runner: Runner, setting: Setting) -> float | None:
    """The time that all kernels and copies of one prefill take together.

    Returns
    -------
    float or None
        Below the time of the prefill where the device waits for the host to launch the next
        kernel.  None on the CPU, and where the profiler sees no kernel.
    """
    if runner.subject.network.device.type != "cuda":
        return None
    runner.clock.settle()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of further cycles, and there is one
        with (
            runner.pruned(setting),
            profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen,
        ):
            runner.forward()
            runner.clock.settle()
        events: Any = seen.events() or ()
    on_device = torch.autograd.DeviceType.CUDA  # pyright: ignore[reportPrivateImportUsage]
    microseconds = sum(e.time_range.elapsed_us() for e in events if e.device_type == on_device)
    return round(microseconds / 1e3, 4) or None
