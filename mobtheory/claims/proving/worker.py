"""The process in which proof files run, so that one that hangs or crashes harms nothing else.

It says when it is ready, reads requests, one JSON object a line, and answers each with the result,
if the proof file lived to give one, and then with how it ended.  On Linux every file gets a
process of its own, made from this one, which has the engines loaded and has run no proof;
elsewhere this one runs a single file.
"""

import contextlib
import faulthandler
import json
import os
import signal
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from mobtheory.claims.proving.python_files import ENGINE_MODULES, run_file

FORKS = sys.platform == "linux"


def main() -> None:
    """Answer requests until there are no more."""
    requests, replies = _private_streams()
    faulthandler.enable()
    for module in ENGINE_MODULES:
        with contextlib.suppress(Exception):
            import_module(module)  # once for all files; one that fails here fails again there
    _reply(replies, {"exit": 0})
    for line in requests:
        request = json.loads(line)
        code = _in_a_child(request, replies) if FORKS else _here(request, replies)
        replies.write("\n")  # a file that was killed may have left half a line
        _reply(replies, {"exit": code})
        if not FORKS:
            return


def _private_streams() -> tuple[TextIO, TextIO]:
    """What stdin and stdout were; proof files read nothing, and what they print is no reply."""
    requests, replies = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return open(requests, encoding="utf-8"), open(replies, "w", encoding="utf-8")


def _in_a_child(request: dict[str, Any], replies: TextIO) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            # Should nobody be left to keep the time limit, the kernel does.
            signal.setitimer(signal.ITIMER_REAL, request["time_limit"] + 5)
            code = _here(request, replies)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _here(request: dict[str, Any], replies: TextIO) -> int:
    _reply(replies, asdict(run_file(request["file"], Path(request["folder"]))))
    return 0


def _reply(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
