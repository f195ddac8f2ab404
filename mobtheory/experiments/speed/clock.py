"""Time on the device: CUDA events, or the host's clock where the host computes."""

import time
from typing import Any, Protocol

import torch

from mobtheory.errors import UnsupportedModel


class Clock(Protocol):
    """Marks moments in the stream of work and tells what lies between two of them."""

    def mark(self) -> Any:
        """A moment: when the work that was given out before it is done."""
        ...

    def milliseconds(self, first: Any, second: Any) -> float:
        """The time between two moments, once the device has passed both."""
        ...

    def settle(self) -> None:
        """Wait until the device has done all work."""
        ...


class CudaClock:
    """CUDA events, so that no mark makes anybody wait."""

    def mark(self) -> torch.cuda.Event:
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def milliseconds(self, first: torch.cuda.Event, second: torch.cuda.Event) -> float:
        second.synchronize()
        return first.elapsed_time(second)

    def settle(self) -> None:
        torch.cuda.synchronize()


class HostClock:
    """The host's clock: work on the CPU is done when its call returns."""

    def mark(self) -> float:
        return time.perf_counter()

    def milliseconds(self, first: float, second: float) -> float:
        return 1e3 * (second - first)

    def settle(self) -> None:
        pass


def clock_for(device: torch.device) -> Clock:
    """The clock of a device.

    Raises
    ------
    UnsupportedModel
        For a device other than the CPU and CUDA: nothing here knows when its work is done.

    Examples
    --------
    >>> clock = clock_for(torch.device("cpu"))
    >>> clock.milliseconds(clock.mark(), clock.mark()) >= 0
    True
    """
    if device.type == "cuda":
        return CudaClock()
    if device.type == "cpu":
        return HostClock()
    raise UnsupportedModel(
        "experiments.speed.clock_for",
        f"a model on {device}",
        "speed is measured on CUDA and on the CPU",
        'Load the model with device="cuda" or device="cpu".',
    )
