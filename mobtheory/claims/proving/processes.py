"""Processes with a time limit, all of which can be killed at once."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

_MOST_OUTPUT = 200_000  # bytes of output that are read
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Reads the groups that begin and end; its input ends with us, however we end, a SIGKILL included.
_GUARD = """
import os, shutil, signal, sys
alive = set()
for group in sys.stdin:
    alive ^= {int(group)}
for group in alive:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Stopped(Exception):
    """No process may be started any more."""


class Ended(NamedTuple):
    """How a command ended: exit status (None: out of time), output, and the time it took."""

    code: int | None
    output: str
    seconds: float


class Processes:
    """Starts processes, each the head of a group, and kills whole groups.

    Parameters
    ----------
    folder : in which they work; should this process be killed, a guard ends them and removes it
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[str]] = set()
        self._closed = False
        self._guard: subprocess.Popen[str] | None = None
        if sys.platform != "win32":  # which has no groups
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _GUARD, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                start_new_session=True,
            )

    def _tell_guard(self, process: "subprocess.Popen[str]") -> None:
        """A group begins or, told a second time, ends."""
        if self._guard is not None and self._guard.stdin is not None:
            with suppress(OSError):  # somebody killed it
                self._guard.stdin.write(f"{process.pid}\n")
                self._guard.stdin.flush()

    def start(self, command: Sequence[str], **options: Any) -> "subprocess.Popen[str]":
        """Start a command; several run beside one another, so each computes in one thread."""
        environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1")}
        environment.pop("COQPATH", None)  # proofs use nothing beyond the standard library
        with self._lock:
            if self._closed:
                raise Stopped
            process = subprocess.Popen(
                command,
                env=environment,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                **options,
            )
            self._alive.add(process)
            self._tell_guard(process)
        return process

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """End a process and what it started; a second time does nothing."""
        with self._lock:
            if process not in self._alive:  # its number may be another's by now
                return
            self._alive.remove(process)
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        with self._lock:
            self._tell_guard(process)
        process.wait()

    @contextmanager
    def limited(self, process: "subprocess.Popen[str]", limit: float) -> Generator[threading.Event]:
        """Kill `process` when `limit` seconds are over; the event tells whether that happened."""
        over = threading.Event()

        def end() -> None:
            over.set()
            self.kill(process)

        timer = threading.Timer(min(limit, threading.TIMEOUT_MAX), end)
        timer.daemon = True
        timer.start()
        try:
            yield over
        finally:
            timer.cancel()
            timer.join()  # no kill comes after this

    def run(self, command: Sequence[str], folder: Path, limit: float) -> Ended:
        """Run a command in a folder to its end, or until `limit` seconds are over."""
        started = time.perf_counter()
        with tempfile.TemporaryFile() as output:  # a pipe would fill up
            process = self.start(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                with self.limited(process, limit) as over:
                    code = process.wait()
            finally:
                self.kill(process)
            seconds = time.perf_counter() - started
            output.seek(0)
            text = output.read(_MOST_OUTPUT).decode("utf-8", "replace")
        return Ended(None if over.is_set() else code, text, seconds)

    def close(self) -> None:
        """Kill every process and start none any more."""
        with self._lock:
            self._closed = True
            alive = tuple(self._alive)
        for process in alive:
            self.kill(process)
        if self._guard is not None:
            self._guard.communicate()
