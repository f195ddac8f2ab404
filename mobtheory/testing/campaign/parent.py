"""The process with the target, seen from outside: asked, watched, and ended where it is silent."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from mobtheory.testing.campaign.call_note import CallNote
from mobtheory.testing.campaign.dying_inputs import ended
from mobtheory.testing.campaign.plan import Plan

_SERVE = "from mobtheory.testing.campaign.child import serve; serve()"
_IMPORT = 120.0
"""Seconds that a target may take to be imported; some load a deep-learning library."""
_TICK = 0.1
_LAST_WORDS = 2000


class Lost(Exception):
    """The process gave no answer and is gone.

    Parameters
    ----------
    kind : "died" or "hung"
    detail : how, for people
    calling : whether that was in a call of the target
    """

    def __init__(self, kind: str, detail: str, calling: bool) -> None:
        super().__init__(kind, detail, calling)
        self.kind, self.detail, self.calling = kind, detail, calling


class Child:
    """A process that calls the target; a new one is begun where the last was lost.

    Parameters
    ----------
    plan : of the campaign

    Attributes
    ----------
    tick : called several times a second while an answer is awaited
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.tick: Callable[[], None] = lambda: None
        self._folder = TemporaryDirectory(prefix="mobtheory-")
        self._note = CallNote(Path(self._folder.name) / "last-call")
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._heard = b""

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._note.close()
        self._folder.cleanup()

    def open(self) -> dict[str, Any]:
        """Begin a process and have it import the target.

        Returns
        -------
        dict
            "guarantees" and "sources"; or "bad" and "detail", where there is no target; or
            "error", the arguments of an `InvalidProblem`.
        """
        self.end()
        self._answers, self._heard = queue.Queue(), b""
        self._note.end()
        self._process = process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, and out of reach of the terminal
            env={"PYTHONHASHSEED": "0", **os.environ, "PYTHONPATH": _search_path()},
        )
        for listen in (self._listen, self._overhear):
            threading.Thread(target=listen, args=(process, self._answers), daemon=True).start()
        try:
            opened = self.ask({"plan": self._plan.to_dict(), "note": str(self._note.path)})
        except Lost as lost:
            how = lost.detail.replace(" between two calls", "")
            told = f"{self._plan.target} does not import: {how}"
            return {"bad": "not-importable", "detail": told}
        if "guarantees" not in opened:
            self.end()
        return opened

    @property
    def alive(self) -> bool:
        """Whether there is a process to ask."""
        return self._process is not None

    @property
    def calls(self) -> int:
        """How often the target was called, in all processes so far."""
        return self._note.look().signs // 2

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a job; raises `Lost`, and the process is gone then."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError):  # if it is dead already, that is found below
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        life, since = self._note.look(), time.monotonic()
        while True:
            with suppress(queue.Empty):
                answer = self._answers.get(timeout=_TICK)
                if answer is not None:
                    return answer
                raise self._post_mortem(process)
            self.tick()
            now, seen = time.monotonic(), self._note.look()
            if seen != life:
                life, since = seen, now
            if now - since > self._patience(life.calling):
                self.end()
                raise Lost("hung", self._silence(life.calling), life.calling)
            if process.poll() is not None and self._answers.empty():
                time.sleep(_TICK)  # what it said last may be on its way
                if self._answers.empty():
                    raise self._post_mortem(process)

    def end(self) -> None:
        """End the process and those that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()

    def _patience(self, calling: bool) -> float:
        """Seconds of silence: a call that Python can interrupt ends by itself at the limit."""
        limit = self._plan.time_limit
        return 1.2 * limit + 1.0 if calling else _IMPORT + 2 * limit

    def _silence(self, calling: bool) -> str:
        if calling:
            limit = self._plan.time_limit
            return f"no answer within {limit:g} s, nor when it was interrupted"
        return f"no sign of life for {self._patience(False):g} s"

    def _post_mortem(self, process: subprocess.Popen[bytes]) -> Lost:
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        status, calling = process.poll(), self._note.look().calling
        self.end()
        told = "the process closed its pipes" if status is None else ended(status)
        told += " in a call" if calling else " between two calls"
        words = self._heard.decode(errors="replace").strip().splitlines()
        told += f"; its last words: {words[-1][:200]!r}" if words else ""
        return Lost("died", told, calling)

    def _listen(self, process: subprocess.Popen[bytes], answers: "queue.Queue[Any]") -> None:
        assert process.stdout is not None
        with suppress(OSError, ValueError), process.stdout as lines:
            for line in lines:
                answers.put(json.loads(line))
        answers.put(None)

    def _overhear(self, process: subprocess.Popen[bytes], _: object) -> None:
        """Read what is printed, so that nobody has to wait, and keep the end."""
        assert process.stderr is not None
        with suppress(OSError, ValueError), process.stderr as printed:
            while heard := _some(printed):
                if process is self._process:
                    self._heard = (self._heard + heard)[-_LAST_WORDS:]


def _some(pipe: IO[bytes]) -> bytes:
    return os.read(pipe.fileno(), 65536)


def _search_path() -> str:
    return os.pathsep.join(path or os.getcwd() for path in sys.path)
