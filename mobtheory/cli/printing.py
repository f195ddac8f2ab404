"""What commands print: text, tables as wide as the terminal, or one JSON document."""

import io
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mobtheory.errors import MobtheoryError

if TYPE_CHECKING:
    from rich.console import RenderableType

Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; progress goes to stderr.")
]


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a line on stdout, or with `err` on stderr."""
    with _printing():
        typer.echo(text, err=err, nl=nl)


def print_view(view: "Callable[[int], RenderableType]") -> None:
    """Print what `view` makes for the width of the terminal."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would end the process with exit status 1

    console = Plain()
    with _printing():
        console.print(view(console.width), highlight=False, markup=False)


def print_json(document: dict[str, Any]) -> None:
    """Print the document, and nothing else, on stdout."""
    from mobtheory.report import to_json

    echo(to_json(document), nl=False)


def print_report(document: dict[str, Any], as_json: bool) -> None:
    """Print what an audit found."""
    if as_json:
        return print_json(document)
    from mobtheory.report.tables import report_view

    return print_view(lambda width: report_view(document, width))


def print_solution(document: dict[str, Any], as_json: bool) -> None:
    """Print what was solved."""
    if as_json:
        return print_json(document)
    from mobtheory.report.solution_tables import solution_view

    return print_view(lambda width: solution_view(document, width))


def silence_stdout() -> None:
    """Let what is left in its buffer go nowhere, or Python would fail again when it ends."""
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _printing() -> Generator[None]:
    """Where stdout takes no more, say so in one message."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise MobtheoryError(
            "standard output",
            f"{type(error).__name__}: {error}",
            "the result could not be printed",
            "Make room, or send the output elsewhere; files that were written are complete.",
        ) from error
