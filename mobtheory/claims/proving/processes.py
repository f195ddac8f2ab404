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


class Stopped(Exception):
    """No process may be started any more."""


class Ended(NamedTuple):
    """How a command ended: exit status (None: out of time), output, and the time it took."""

    code: int | None
    output: str
    seconds: float


class Processes:
    """Starts processes, each the head of a group, and kills whole groups."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[str]] = set()
        self._closed = False

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
