"""Fetch OR-Library's 40 p-median files: ``python -m benchmarks.fetch_pmed FOLDER``.

Good files in the folder are kept as they are, so an interrupted run goes on where it stopped.
Then set MOBTHEORY_PMED to the folder.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.request import urlopen

from benchmarks.instances.pmed import NAMES, VARIABLE, known, read_graph
from mobtheory.errors import InvalidProblem

SOURCE = "https://people.brunel.ac.uk/~mastjjb/jeb/orlib/files"


def flaw(path: Path, name: str) -> str | None:
    """What is wrong with a file of that instance; None if it is good."""
    fact = known()[name]
    try:
        graph = read_graph(path)
    except (InvalidProblem, UnicodeDecodeError) as error:
        return str(error)
    if (graph.nodes, graph.centers) != (fact.nodes, fact.centers):
        return f"n={graph.nodes}, p={graph.centers} instead of n={fact.nodes}, p={fact.centers}"
    # read_graph has compared the number of edges with the header; the header may be wrong too.
    lines = sum(1 for line in path.read_text().splitlines() if line.strip()) - 1
    return None if lines == fact.edges else f"{lines} edges instead of {fact.edges}"


def fetch(folder: Path, source: str = SOURCE, names: Iterable[str] = NAMES) -> list[str]:
    """Fetch the files that are missing or broken, and return the names of those fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    fetched: list[str] = []
    for name in names:
        path = folder / f"{name}.txt"
        if path.is_file() and flaw(path, name) is None:
            continue
        with urlopen(f"{source}/{name}.txt", timeout=60) as answer:
            content = answer.read()
        _replace(path, name, content)
        fetched.append(name)
    return fetched


def _replace(path: Path, name: str, content: bytes) -> None:
    """Put the content in place in one step, and only if it is a good file."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{name}-", delete=False) as file:
        file.write(content)
    arrived = Path(file.name)
    try:
        wrong = flaw(arrived, name)
        if wrong:
            raise InvalidProblem(
                "fetch_pmed",
                f"{name}.txt of {len(content)} bytes",
                f"that is not the instance ({wrong})",
                "Try again, or name another source with --source.",
            )
        arrived.chmod(0o644)
        os.replace(arrived, path)
    finally:
        arrived.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 1 if a file could not be fetched."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetch_pmed", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--source", default=SOURCE, help="address of a folder with the files")
    given = parser.parse_args(arguments)
    try:
        fetched = fetch(given.folder, given.source)
    except (InvalidProblem, OSError) as error:
        print(f"{error}\nFiles that arrived are kept: run the command again.", file=sys.stderr)
        return 1
    print(f"{len(fetched)} fetched, {len(NAMES) - len(fetched)} kept")
    print(f"export {VARIABLE}={given.folder.resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
