"""Call a target: within a time limit, whatever it raises, and with nothing printed."""

import ctypes
import io
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from mobtheory.testing.misbehaviour import Misbehaviour, OutsideDomain

_IMPORTS = 60.0
"""Seconds that an import may go on beyond the time limit."""


class _TimeOver(BaseException):
    """Not an Exception, so that a target that catches those is interrupted all the same."""


class Printed(io.TextIOBase):
    """Swallows what a target prints, and remembers how much and how it begins."""

    def __init__(self) -> None:
        self.count = 0
        self.start = ""

    def writable(self) -> bool:
        """Say that it can be written to, as print asks."""
        return True

    def write(self, text: str, /) -> int:
        """Count, and keep the first characters."""
        self.count += len(text)
        self.start = (self.start + text)[:80]
        return len(text)


def call_within(
    seconds: float, printed: Printed, function: Callable[..., Any], *arguments: Any
) -> Any:
    """Return what a function returns.

    Parameters
    ----------
    seconds : the limit on its time
    printed : takes what it prints
    function, arguments : what is called

    Raises
    ------
    Misbehaviour
        Of kind "raised" for any exception, also SystemExit, and "hung" past the limit. Only the
        user's own interrupt passes.

    Notes
    -----
    Python code is interrupted where it is, though not within an import. What catches even that and
    goes on for ever, and compiled code that never returns, is left behind where it runs in a thread
    of its own; in the main thread only a process of its own ends it, as `mobtheory fuzz` has one.
    """
    limited = _in_main_thread if _alarms_reach_us() else _in_a_thread
    try:
        with warnings.catch_warnings(), redirect_stdout(printed), redirect_stderr(printed):
            warnings.simplefilter("ignore")
            return limited(seconds, lambda: function(*arguments))
    except _TimeOver:
        raise Misbehaviour("hung", f"no answer within {seconds:g} s") from None
    except (KeyboardInterrupt, Misbehaviour, OutsideDomain):
        raise
    except BaseException as error:
        raise Misbehaviour("raised", told(error)) from error


def told(error: BaseException) -> str:
    """An exception in words; its own text may raise."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def _imports(frame: FrameType | None) -> bool:
    """Whether an import is under way: a module left half imported can crash the process."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _alarms_reach_us() -> bool:
    """Whether a timer of the process can interrupt us, and nobody else has set one."""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )


def _in_main_thread(seconds: float, call: Callable[[], Any]) -> Any:
    last = time.monotonic() + seconds + _IMPORTS
    over = False

    def stop(_number: int, frame: FrameType | None) -> None:
        nonlocal over
        if not _imports(frame) or time.monotonic() > last:
            over = True
            raise _TimeOver

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: a target may catch the first, or be importing when it comes.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        try:
            return call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            if over:  # an answer or another exception that comes late
                raise _TimeOver
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_a_thread(seconds: float, call: Callable[[], Any]) -> Any:
    outcome: list[tuple[bool, Any]] = []
    interrupted = False

    def work() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    last = time.monotonic() + _IMPORTS
    while thread.is_alive():
        frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
        if _imports(frames.get(thread.ident or 0)) and time.monotonic() < last:
            thread.join(0.2)
            continue
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_TimeOver)
        )
        interrupted = True
        thread.join(1.0)
        break
    if interrupted:
        raise _TimeOver
    returned, value = outcome[0]
    if returned:
        return value
    raise value
