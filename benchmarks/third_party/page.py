"""The page docs/third_party.md, written from benchmarks/results/third_party.json.

``python -m benchmarks.third_party.page`` writes it again without checking anything.
"""

import inspect
import json
from pathlib import Path
from typing import Any

from benchmarks.third_party.claiming import CONTRACT
from benchmarks.third_party.roster import LEFT_OUT

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "third_party.json"
PAGE = ROOT / "docs" / "third_party.md"

Record = dict[str, Any]
INTRODUCTION = """\
# Other people's selectors

What released packages keep of the guarantees that `mobtheory.testing` checks. Written by

```sh
make third-party    # makes .venv-third-party, checks every selector, writes this page
```

and by nothing else; one selector alone: `.venv-third-party/bin/python -m benchmarks.third_party
--only fpsample_modes:vanilla`. The wrappers are in `benchmarks/third_party/`, one file for each
package; they call the library as its documentation says, and their docstrings, printed below, say
what they add.

How to read it:

- **Contract**: what every selector is asked for, whoever wrote it: K distinct rows, the input left
  alone, the same answer to the same question. Libraries do not promise all of it. One that returns
  a row twice where tokens coincide breaks no promise unless it made one; but whoever takes the rows
  for a set keeps fewer than K tokens.
- **Claimed**: what the library's documentation, or the literature on the method that it names,
  claims. A failure here is a difference between claim and code on the input shown.
- **Not claimed**: what a user might hope for. A failure here is **no fault of the library**.
  Sampling that starts at row 0, for example, depends on the order of the rows, and may.

"Checked" counts the inputs that met the hypotheses and on which the selector gave a usable answer;
where none failed, that is all that is known. Small inputs have integer coordinates (times a power
of two, and for some far from the origin), so that exact arithmetic decides; radii are compared, not
rows, and only off ties. Counterexamples have been made as small as the search could.
"""
LICENCES = """\
## Licences

As their releases state them: fpsample and submodlib-py MIT; SciPy, scikit-learn and spopt
BSD-3-Clause; PuLP MIT with CBC (EPL-2.0, a separate program). apricot-select names a file that its
release does not hold, and brings numba (BSD), llvmlite (BSD-2-Clause and Apache-2.0 with LLVM
exception) and nose (LGPL). Of these mobtheory itself needs SciPy alone.
"""
TIERS = {"contract": "Contract", "claims": "Claimed", "hopes": "Not claimed"}
WORDS = {"passed": "holds", "skipped": "too few checks"}


def text(results: Record) -> str:
    """The whole page."""
    records = results["selectors"]
    versions = ", ".join(f"{name} {v}" for name, v in results["versions"].items())
    head = (
        f"Run of {results['date']}: {versions}; "
        f"{results['max_examples']} small inputs for each guarantee, and one cloud of "
        f"realistic size for every 25 of them; seed {results['seed']}.\n\n"
        "| package | selector | contract | claimed | not claimed |\n|---|---|---|---|---|\n"
    )
    rows = "".join(map(_summary, records))
    out = "".join(f"- {name}: {why}.\n" for name, why in LEFT_OUT.items())
    left_out = f"## Left out\n\n{out}\n{LICENCES}"
    parts = [INTRODUCTION, head + rows, *map(_section, records), left_out]
    return "\n".join(parts)


def one_line(record: Record) -> str:
    """One selector for a terminal."""
    broken = [r["guarantee"] for r in record["results"] if r["status"] == "failed"]
    return f"{record['selector']} ({record['seconds']} s): {', '.join(broken) or 'nothing'} fails"


def of_tier(record: Record, tier: str) -> list[Record]:
    """The results that belong to the contract, the claims or the hopes."""
    ids = CONTRACT if tier == "contract" else record[tier]
    return [result for result in record["results"] if result["guarantee"] in ids]


def _summary(record: Record) -> str:
    function = record["selector"].partition(":")[2]
    cells = [f"{record['package']} {record['version']}", f"[{function}](#{_anchor(record)})"]
    for tier in TIERS:
        results = of_tier(record, tier)
        broken = [r["guarantee"] for r in results if _is_news(record, r)]
        kept = sum(r["status"] == "passed" for r in results)
        told = f"{kept} of {len(results)} hold" if results else "nothing"
        cells.append(told + (f"; fails: {', '.join(broken)}" if broken else ""))
    return f"| {' | '.join(cells)} |\n"


def _is_news(record: Record, result: Record) -> bool:
    return result["status"] == "failed" and not _as_before(record, result)


def _as_before(record: Record, result: Record) -> bool:
    """Whether a guarantee fails on the very input on which valid-selection does, and as it does."""
    first = record["results"][0]
    return (
        result["status"] == first["status"] == "failed"
        and result["guarantee"] != first["guarantee"] == "valid-selection"
        and result["reason"] == first["reason"]
    )


def _title(record: Record) -> str:
    return f"{record['package']}: {record['selector'].partition(':')[2]}"


def _anchor(record: Record) -> str:
    return _title(record).replace(":", "").replace(" ", "-")


def _section(record: Record) -> str:
    parts = [f"## {_title(record)}\n", inspect.cleandoc(record["says"]) + "\n"]
    for note in record["notes"]:
        parts.append(f"Seen besides: {note}.\n")
    parts.append(_table(record))
    parts += [
        _failure(record, result, tier)
        for tier in TIERS
        for result in of_tier(record, tier)
        if _is_news(record, result)
    ]
    return "\n".join(parts)


def _table(record: Record) -> str:
    rows = "".join(
        f"| {TIERS[tier]} | {r['guarantee']} | {_found(record, r)} "
        f"| {r['checks']} of {r['examples']} |\n"
        for tier in TIERS
        for r in of_tier(record, tier)
    )
    return f"| | guarantee | found | checked |\n|---|---|---|---|\n{rows}"


def _found(record: Record, result: Record) -> str:
    return (
        "fails as valid-selection does"
        if _as_before(record, result)
        else WORDS.get(result["status"], "**fails**")
    )


def _failure(record: Record, result: Record, tier: str) -> str:
    cause = record["causes"].get(result["guarantee"], "")
    script = f"```python\n{result['reproduction'].strip()}\n```"
    return (
        f"<details><summary>{TIERS[tier]}: {result['guarantee']} fails: "
        f"{_escaped(result['reason'])}</summary>\n\n"
        f"{cause + chr(10) * 2 if cause else ''}{script}\n\n</details>\n"
    )


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    PAGE.write_text(text(json.loads(RESULTS.read_text())))
