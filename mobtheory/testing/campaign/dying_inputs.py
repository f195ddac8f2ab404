"""Make an input smaller that takes the process down: each trial in a copy of the process."""

import os
import signal
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass, field

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.campaign.call_note import CallNote
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.reducing import reduce
from mobtheory.testing.searching import Failure, Search


@dataclass
class DyingSearch(Search):
    """Judges whether the process survives the plain call.

    Attributes
    ----------
    note : of the calls, which also end where the process does
    """

    note: CallNote | None = field(default=None)

    def judge(self, given: CoveringInput) -> tuple[Failure | None, bool]:
        """Make the call in a copy of this process, which is killed at the time limit."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a copy of a process with threads: only ours counts
            copy = os.fork()
        if copy == 0:
            with suppress(BaseException):
                self.calls.keep(given)
            os._exit(0)
        status = _wait(copy, self.calls.time_limit)
        if self.note is not None:
            self.note.end()
        if not status:
            return None, True
        return Failure(given, None, Misbehaviour("died", ended(status))), True


def smallest_dying(search: DyingSearch, failure: Failure) -> tuple[Failure, bool]:
    """Make an input smaller, and tell whether it takes the process down again at all."""
    if not hasattr(os, "fork"):
        return failure, False
    again, _ = search.judge(failure.given)
    return (failure, False) if again is None else (reduce(search, again), True)


def ended(status: int) -> str:
    """Say how a process ended.

    Parameters
    ----------
    status : its exit status, negative for a signal

    Examples
    --------
    >>> ended(-11), ended(3)
    ('the process was ended by SIGSEGV', 'the process ended with exit status 3')
    """
    if status >= 0:
        return f"the process ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"the process was ended by {name}"


def _wait(process: int, seconds: float) -> int:
    """Its exit status; 0 where it had to be killed."""
    last, pause = time.monotonic() + seconds, 0.0005
    while time.monotonic() < last:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return 0
