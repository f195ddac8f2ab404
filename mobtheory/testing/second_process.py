"""The same target in a process of its own, with another seed for Python's hashes."""

import os
import pickle
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from mobtheory.testing.answers import Kept, read_answer
from mobtheory.testing.calling import Printed, call_within
from mobtheory.testing.misbehaviour import Misbehaviour, OutsideDomain

_HASH_SEED = "20011"
_START = 60.0
_SERVE = "from mobtheory.testing.second_process import serve; serve()"


class SecondProcess:
    """Calls the target that a name refers to, elsewhere.

    Parameters
    ----------
    reference : "module:name"

    Attributes
    ----------
    reason : why no answers come from it, or ""
    """

    def __init__(self, reference: str) -> None:
        self.reason = ""
        self._ready = False
        environment = os.environ | {
            "PYTHONHASHSEED": _HASH_SEED,
            "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._answers: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(reference)

    def select(self, visual: Any, prompt: Any, budget: int, seconds: float) -> Kept | None:
        """Return what the target keeps there; None where the process has nothing to say.

        Raises
        ------
        Misbehaviour
            What the target does there instead of answering.
        """
        if not self.reason and not self._ready:
            self.reason = self._next(_START) or ""
            self._ready = not self.reason
        if self.reason:
            return None
        self._send((visual, prompt, budget, seconds))
        answer = self._next(seconds + 5.0)
        if isinstance(answer, Kept):
            return answer
        if isinstance(answer, Misbehaviour | OutsideDomain):
            raise answer
        self.reason = str(answer)
        return None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _send(self, message: Any) -> None:
        with suppress(OSError):
            _write(self._process.stdin, message)

    def _listen(self) -> None:
        with suppress(Exception):  # the pipe ends with the process, at any byte
            while True:
                self._answers.put(_read(self._process.stdout))
        self._answers.put("the second process ended")

    def _next(self, seconds: float) -> Any:
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return f"the second process gave no answer within {seconds:g} s"


def serve() -> None:
    """Answer calls of the parent until it hangs up; what the target prints goes nowhere."""
    # Copies of the pipes, so that a target that reads or prints does not get between.
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    from mobtheory.testing.target import as_algorithm

    try:
        algorithm = as_algorithm(_read(asked))
    except Misbehaviour as error:
        _write(told, f"it cannot be imported by a second process: {error}")
        return
    _write(told, None)
    printed = Printed()
    while True:
        try:
            visual, prompt, budget, seconds = _read(asked)
        except EOFError:
            return
        try:
            answer = call_within(seconds, printed, algorithm.select, visual, prompt, budget)
            _write(told, read_answer(answer, len(visual), budget))
        except (Misbehaviour, OutsideDomain) as error:
            _write(told, error)


def _write(pipe: IO[bytes] | None, message: Any) -> None:
    assert pipe is not None
    pickle.dump(message, pipe)
    pipe.flush()


def _read(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None
    return pickle.load(pipe)
