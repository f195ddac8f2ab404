"""Proof files in worker processes: one that hangs is killed, one that crashes is named."""

import json
import queue
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from mobtheory.claims.proving.processes import Processes
from mobtheory.claims.proving.result import ProofResult

# The worker finds the package where this process found it, however that was.
_WORKER = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from mobtheory.claims.proving.worker import main; main()"
)
_STARTS_IN = 120.0  # seconds; loading the engines is no part of a proof's time


class Worker:
    """A process that runs proof files, one after the other."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        try:
            self._process = processes.start(
                [sys.executable, "-c", _WORKER, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
        except BaseException:
            self._complaints.close()
            raise
        with processes.limited(self._process, _STARTS_IN):
            _, code = self._answer()
        self.usable = code == 0

    def run(self, file: str, folder: Path, limit: float) -> ProofResult:
        """The result of a proof file, or why there is none."""
        if not self.usable:
            return ProofResult("none", None, detail=f"not run: {self._death(None)}", file=file)
        assert self._process.stdin is not None
        request = {"file": file, "folder": str(folder), "time_limit": limit}
        self._complaints.seek(0)
        self._complaints.truncate()
        with self._processes.limited(self._process, limit) as over:
            with suppress(OSError):  # it may be dead already
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
            result, code = self._answer()
        self.usable = code is not None and not over.is_set()
        if result is not None and code == 0:
            return ProofResult(**result)
        if over.is_set():
            told = f"no answer in {limit:g} s"
            return ProofResult("none", None, seconds=limit, detail=told, file=file)
        return ProofResult("none", False, detail=self._death(code), file=file)

    def _answer(self) -> tuple[dict[str, Any] | None, int | None]:
        """What the proof file found, and the exit status of its process; None where missing."""
        assert self._process.stdout is not None
        result: dict[str, Any] | None = None
        for line in self._process.stdout:
            with suppress(ValueError):  # half a line
                message = json.loads(line)
                if "exit" in message:
                    return result, message["exit"]
                result = {**message, "claims": ()}
        return result, None

    def _death(self, code: int | None) -> str:
        if code is None:
            code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read(20_000).splitlines() or [""]
        told = next((line for line in lines if line.startswith("Fatal")), lines[-1])
        how = f"exit status {code}" if code >= 0 else _signal_name(-code)
        return f"its process ended without an answer: {how}; {told}".removesuffix("; ")

    def close(self) -> None:
        """End the process."""
        self._processes.kill(self._process)
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            with suppress(OSError):  # what was left to send to a process that is gone
                if stream is not None:
                    stream.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


class Workers:
    """Worker processes, as many as are busy at once."""

    def __init__(self, processes: Processes, limit: float) -> None:
        self._processes, self._limit = processes, limit
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def run(self, file: str, folder: Path) -> list[ProofResult]:
        """Run a proof file in an idle worker, or else in a new one."""
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            try:
                worker = Worker(self._processes)
            except OSError as error:
                return [ProofResult("none", None, detail=f"not run: {error}", file=file)]
        try:
            return [worker.run(file, folder, self._limit)]
        finally:
            if worker.usable:
                self._idle.put(worker)
            else:
                worker.close()

    def close(self) -> None:
        """End the idle workers."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
