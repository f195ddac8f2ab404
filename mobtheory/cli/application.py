"""The application that commands are added to: how errors end, exit statuses, examples in helps."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mobtheory.cli.printing import silence_stdout
from mobtheory.errors import MissingExtra, MobtheoryError, ReportNotWritten

AGREES, CONTRADICTS, BAD_INPUT, TOO_LITTLE = 0, 1, 2, 3
INTERRUPTED, NOBODY_READS = 130, 141  # as shells have it: 128 and the signal


class Commands(TyperGroup):
    """The commands, with errors told in one message and an exit status of their own."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except MobtheoryError as error:
            if isinstance(error, ReportNotWritten) and ctx.invoked_subcommand:
                # Rather than the function that it calls.
                error.called = " ".join([*_group(ctx), ctx.invoked_subcommand])
            typer.echo(f"mobtheory: {error}", err=True)
            status = TOO_LITTLE if isinstance(error, MissingExtra) else BAD_INPUT
            raise typer.Exit(status) from error
        except KeyboardInterrupt as stop:
            typer.echo("mobtheory: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from stop
        except BrokenPipeError as gone:
            silence_stdout()
            raise typer.Exit(NOBODY_READS) from gone


def _group(ctx: Any) -> list[str]:
    return [] if ctx.parent is None else [*_group(ctx.parent), ctx.info_name]


app = typer.Typer(
    cls=Commands,
    name="mobtheory",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def examples(*lines: str) -> str:
    """The end of a command's help; the first character keeps its lines apart."""
    return "\n  ".join(("\b\nExample:", *lines))


def main() -> None:
    """Entry point of the command ``mobtheory``."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    app()


def _version_asked(asked: bool) -> None:
    if asked:
        from mobtheory import __version__

        typer.echo(f"mobtheory {__version__}")
        raise typer.Exit()


@app.callback()
def mobtheory(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version_asked, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Check the theory of visual token pruning: claims, proofs, and what they are worth.

    Exit status: 0 what was found agrees with what is registered; 1 it does not, or a proof fails;
    2 bad usage or input; 3 too little could be checked.
    """
