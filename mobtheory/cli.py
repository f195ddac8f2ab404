"""The command line: parses, calls, prints."""

import io
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mobtheory.errors import MissingExtra, MobtheoryError, ReportNotWritten

if TYPE_CHECKING:
    from rich.console import RenderableType

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
                error.called = ctx.invoked_subcommand  # rather than the function that it calls
            typer.echo(f"mobtheory: {error}", err=True)
            status = TOO_LITTLE if isinstance(error, MissingExtra) else BAD_INPUT
            raise typer.Exit(status) from error
        except KeyboardInterrupt as stop:
            typer.echo("mobtheory: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from stop
        except BrokenPipeError as gone:
            _silence_stdout()
            raise typer.Exit(NOBODY_READS) from gone


app = typer.Typer(
    cls=Commands,
    name="mobtheory",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; progress goes to stderr.")
]


def _examples(*lines: str) -> str:
    """The end of a command's help; the first character keeps its lines apart."""
    return "\n  ".join(("\b\nExample:", *lines))


@contextmanager
def _printing() -> Generator[None]:
    """Where stdout takes no more, say so in one message."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        _silence_stdout()
        raise MobtheoryError(
            "standard output",
            f"{type(error).__name__}: {error}",
            "the result could not be printed",
            "Make room, or send the output elsewhere; files that were written are complete.",
        ) from error


def _echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    with _printing():
        typer.echo(text, err=err, nl=nl)


def _silence_stdout() -> None:
    """Let what is left in its buffer go nowhere, or Python would fail again when it ends."""
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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


@app.command(
    epilog=_examples(
        "mobtheory audit",
        "mobtheory audit --claims 'theorem-2.*' --profile quick --model none",
    )
)
def audit(
    claims: Annotated[
        list[str] | None,
        typer.Option("--claims", metavar="PATTERN", help="Claim id or shell pattern; repeatable."),
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="quick|standard|deep", help="How many inputs are drawn.")
    ] = "standard",
    instances: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Inputs per claim on grids and on clouds.",
            show_default="the profile's",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|none",
            help="Model whose tokens are used; none leaves them out.",
            show_default="embedded",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same report.")] = 0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where audit.json and index.html go.")
    ] = Path("report"),
    json: Json = False,
) -> None:
    """Confront every claim with grids, clouds and the tokens of a model, and write a report."""
    from mobtheory import experiments, report
    from mobtheory.report.progress import shown_progress

    report.require_writable(output)
    with shown_progress() as progress:
        found = experiments.audit(
            claims=claims or "*",
            instances=instances,
            model=model,
            profile=profile,
            seed=seed,
            progress=progress,
        )
    page = report.write_report(found, output)
    _print_report(found.to_dict(), json)
    _echo(f"Report: {page}", err=json)
    raise typer.Exit(found.exit_status)


@app.command(
    epilog=_examples(
        "mobtheory claims",
        "mobtheory claims theorem-2.truncation",
        "mobtheory claims 'theorem-*' --output report",
    )
)
def claims(
    pattern: Annotated[
        str | None, typer.Argument(metavar="ID", help="Claim id or shell pattern.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write claims.html there, with figures."),
    ] = None,
    json: Json = False,
) -> None:
    """List the claims with their verdicts, or show one of them in full."""
    from mobtheory.claims import select_claims
    from mobtheory.experiments import claim_reading

    chosen = [claim_reading(claim) for claim in select_claims(pattern or "*")]
    page = None
    if output is not None:
        from mobtheory.report import write_claims

        page = write_claims(chosen, output)
    if json:
        _print_json({"claims": chosen})
    else:
        from mobtheory.report.claim_view import claim_view
        from mobtheory.report.tables import claims_table

        alone = len(chosen) == 1
        _print(lambda width: claim_view(chosen[0], width) if alone else claims_table(chosen, width))
    if page is not None:
        _echo(f"Page: {page}", err=json)


@app.command(
    epilog=_examples(
        "mobtheory prove",
        "mobtheory prove covering.seeded-fps 'theorem-1.*'",
        "mobtheory prove --jobs 4 --time-limit 300",
    )
)
def prove(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Claim ids or shell patterns.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Processes at once.", show_default="one per processor, at most 8"
        ),
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="For each proof file and run of Coq; over it: undecided."
        ),
    ] = 120.0,
    json: Json = False,
) -> None:
    """Run the machine-checked proofs of the claims: SymPy, z3, exact arithmetic and Coq.

    Each proof runs in a process of its own, so one that hangs, raises or crashes is named and the
    others still run. Where an engine is missing, its proofs stay undecided, and how to get it is
    told.

    Exit status: 0 every proof passed; 1 one failed; 2 bad usage or an unknown claim, the proofs of
    the others still run; 3 one could not be checked: an engine is missing or gave no answer in
    time.
    """
    import time

    from mobtheory.claims.proving import find_engines
    from mobtheory.report.progress import shown_progress
    from mobtheory.report.proof_runs import (
        engines_used,
        known_patterns,
        proof_status,
        proofs_view,
        run_proofs,
    )

    started = time.perf_counter()
    known, unknown = known_patterns(patterns or ["*"])
    with shown_progress() as progress:
        rows = run_proofs(known, progress, jobs=jobs, time_limit=time_limit)
    engines = engines_used(find_engines(), rows)
    elapsed = time.perf_counter() - started
    if json:
        _print_json({"results": rows, "engines": engines, "seconds": round(elapsed, 3)})
    else:
        _print(lambda width: proofs_view(rows, engines, elapsed, width))
    for error in unknown:
        _echo(f"mobtheory: {error}", err=True)
    status = proof_status(rows)
    raise typer.Exit(BAD_INPUT if unknown and status != CONTRADICTS else status)


@app.command(
    epilog=_examples(
        "mobtheory solve tokens.npz --budget 64",
        "mobtheory solve tokens.npz --budget 64 --frontier --time-limit 120",
        "mobtheory solve picture.safetensors --budget 64 --objective k-center --output centers",
    )
)
def solve(
    tokens: Annotated[
        Path,
        typer.Argument(
            metavar="TOKENS",
            help="File (.npz or .safetensors) with the arrays visual (N, d) and prompt (L, d); "
            "k-center needs no prompt.",
        ),
    ],
    budget: Annotated[int, typer.Option(metavar="K", help="How many visual tokens are kept.")],
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="radius|union|k-center",
            help="max{d_H(S_p, P), d_H(S_v, V)}, max{d_H(S_p, P), h(V -> S)} or h(V -> S).",
            show_default="radius",
        ),
    ] = None,
    prompt_budget: Annotated[
        int | None,
        typer.Option(
            metavar="K_P", help="Prompt centres among the K.", show_default="any split of K"
        ),
    ] = None,
    metric: Annotated[
        str, typer.Option(metavar="euclidean|cosine|manhattan|chebyshev", help="The distance.")
    ] = "euclidean",
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize/--no-normalize",
            help="Scale tokens to length 1 first, as the paper does.",
        ),
    ] = True,
    frontier: Annotated[
        bool,
        typer.Option("--frontier", help="The trade-off of both radii over all splits of K."),
    ] = False,
    method: Annotated[
        str, typer.Option(metavar="exact|greedy", help="How the front is found.")
    ] = "exact",
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="Then the bracket so far is the result.")
    ] = 60.0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where solution.json and solution.svg go.")
    ] = Path("solution"),
    json: Json = False,
) -> None:
    """Keep K tokens so that the covering radius is least, and prove it, or bracket the least one.

    The time limit is for the search alone: reading, the distances and the comparison with greedy
    rules come on top. An interrupt keeps the bracket so far, where there is one; an interrupted
    front writes nothing.

    Exit status: 0 solved, also where the time limit left a bracket; 2 bad usage or input, or the
    result cannot be written; 3 a package is missing; 130 interrupted; 141 nobody reads the output.
    """
    from mobtheory.experiments import solve_tokens
    from mobtheory.report import require_writable, write_solution
    from mobtheory.report.progress import shown_bracket

    require_writable(output)
    with shown_bracket() as progress:
        solved = solve_tokens(
            tokens,
            budget,
            objective=objective,
            prompt_budget=prompt_budget,
            metric=metric,
            normalize=normalize,
            frontier=frontier,
            method=method,
            time_limit=time_limit,
            progress=progress,
        )
    figure = write_solution(solved, output)
    _print_solution(solved.to_dict(), json)
    _echo(f"Figure: {figure}", err=json)
    if solved.interrupted:
        raise KeyboardInterrupt


@app.command(epilog=_examples("mobtheory report report", "mobtheory report solution"))
def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Folder with audit.json, or else with solution.json."
        ),
    ],
    json: Json = False,
) -> None:
    """Render the page or the figure and the tables of a saved report again."""
    from mobtheory.report import (
        has_solution_only,
        read_report,
        read_solution,
        write_report,
        write_solution,
    )

    if has_solution_only(folder):
        solution = read_solution(folder)
        figure = write_solution(solution, folder)
        _print_solution(solution, json)
        return _echo(f"Figure: {figure}", err=json)
    document = read_report(folder)
    page = write_report(document, folder)
    _print_report(document, json)
    _echo(f"Report: {page}", err=json)
    raise typer.Exit(document["exit_status"])


@app.command(epilog=_examples("mobtheory doctor"))
def doctor(json: Json = False) -> None:
    """Say what is installed and how to get what is missing; exit status 1 if a part is broken."""
    from mobtheory.report.installation import (
        examine_installation,
        installation_data,
        installation_table,
    )

    checks = list(examine_installation())
    data = installation_data(checks)
    if json:
        _print_json(data)
    else:
        _print(lambda _: installation_table(checks))
    raise typer.Exit(AGREES if data["ok"] else CONTRADICTS)


@app.command(
    epilog=_examples(
        "mobtheory adversary",
        "mobtheory adversary 'theorem-2.*' --profile quick",
        "mobtheory adversary --seconds 20 --write",
    )
)
def adversary(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Claim ids or shell patterns.")
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="quick|standard|deep", help="How many instances are tried.")
    ] = "standard",
    seconds: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Limit for each claim.", show_default="none"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same witnesses.")] = 0,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the witnesses so far are kept.")
    ] = Path("adversary"),
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget what the folder holds of an earlier run.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Put better witnesses into the package.")
    ] = False,
    json: Json = False,
) -> None:
    """Search for the instances that come nearest to breaking each claim.

    For a true bound that is how tight it is, as far as was found; for a refuted claim the smallest
    counterexample that was found. A run that was stopped goes on where it was, claim by claim.

    Exit status: 0 what was found agrees with what is registered; 1 a true claim is violated; 2 bad
    usage or input; 3 a search fell short: no counterexample, no instance, or a tight bound that
    was not come near to.
    """
    from mobtheory import experiments
    from mobtheory.report.adversary_table import adversary_table
    from mobtheory.report.progress import shown_progress

    with shown_progress() as progress:
        found = experiments.run_adversary(
            claims=patterns or "*",
            profile=profile,
            seed=seed,
            seconds=seconds,
            folder=output,
            restart=restart,
            write=write,
            progress=progress,
        )
    document = found.to_dict()
    if json:
        _print_json(document)
    else:
        _print(lambda width: adversary_table(document["witnesses"], width))
        if not found.used_hypothesis:
            _echo('Without targeted draws: pip install "mobtheory[test]" for them.', err=True)
    raise typer.Exit(found.exit_status)


@app.command(
    epilog=_examples(
        "mobtheory fuzz my.module:select",
        "mobtheory fuzz my.module:select --guarantee two-approximation --examples 1000",
        "mobtheory fuzz my.module:select --guarantee all --minutes 30 --resume fuzz.jsonl",
    )
)
def fuzz(
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE:NAME",
            help="Callable select(visual, prompt, budget), or an object with such a method; "
            "modules of the current folder come first.",
        ),
    ],
    guarantees: Annotated[
        list[str] | None,
        typer.Option(
            "--guarantee",
            metavar="ID|contract|all",
            help='Repeatable; a parameter follows "=", as in approximation-factor=1.5.',
            show_default="contract, and what the target's attribute guarantees names",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            help="Rounds with further seeds until so much time is spent, that of resumed runs "
            "included.",
            show_default="one round",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="State to go on with, or to begin if it is not there.",
            show_default="begin .mobtheory/fuzz-<target>.jsonl",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same inputs.")] = 0,
    examples: Annotated[
        int, typer.Option(metavar="N", help="Small inputs per guarantee and round.")
    ] = 200,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="For each call; over it: hung.")
    ] = 10.0,
    metric: Annotated[
        str,
        typer.Option(
            metavar="euclidean|cosine|manhattan|chebyshev",
            help="The distance in which radii are measured.",
        ),
    ] = "euclidean",
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize/--no-normalize",
            help="Scale tokens to length 1 before radii are measured.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Search for inputs on which a covering algorithm breaks the guarantees that it claims.

    The target runs in a process of its own: one that crashes, hangs or is killed is reported, and
    the other guarantees are still checked. What was found is on the disk before the next check
    begins; with --resume and otherwise the same options a campaign that was killed goes on.

    Exit status: 0 every guarantee was kept; 1 one is broken; 2 bad usage, or a target that cannot
    be imported or called; 3 too few inputs could be checked; 130 interrupted, the state is kept.
    """
    from mobtheory.report.fuzz_progress import shown_campaign
    from mobtheory.testing.campaign import fuzz as run_campaign

    with shown_campaign() as progress:
        found = run_campaign(
            target,
            guarantees=guarantees or (),
            minutes=minutes,
            resume=resume,
            seed=seed,
            examples=examples,
            time_limit=time_limit,
            metric=metric,
            normalize=normalize,
            progress=progress,
        )
    document = found.to_dict()
    if json:
        _print_json(document)
    else:
        _print_conformance(document)
    if found.state is not None:
        _echo(f"State: {found.state}", err=json)
    if found.interrupted:
        raise KeyboardInterrupt
    raise typer.Exit(found.exit_status)


def _print(view: "Callable[[int], RenderableType]") -> None:
    """Print what `view` makes for the width of the terminal."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would end the process with exit status 1

    console = Plain()
    with _printing():
        console.print(view(console.width), highlight=False, markup=False)


def _print_json(document: dict[str, Any]) -> None:
    from mobtheory.report import to_json

    _echo(to_json(document), nl=False)


def _print_report(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        return _print_json(document)
    from mobtheory.report.tables import report_view

    return _print(lambda width: report_view(document, width))


def _print_solution(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        return _print_json(document)
    from mobtheory.report.solution_tables import solution_view

    return _print(lambda width: solution_view(document, width))


def _print_conformance(document: dict[str, Any]) -> None:
    from shutil import get_terminal_size

    from mobtheory.report.conformance_view import conformance_table, failures_text

    _print(lambda _: conformance_table(document))
    if failures := failures_text(document, get_terminal_size().columns):
        _echo(f"\n{failures}\n")


if __name__ == "__main__":
    main()
