"""Scripts of failures: pasted into a file they end in ConformanceFailure, for any arrays."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from mobtheory.strategies import CoveringInput
from mobtheory.testing import GUARANTEES, ConformanceFailure, check_covering_algorithm
from mobtheory.testing.calls import Calls
from mobtheory.testing.judging import counterexample, unusual_options
from mobtheory.testing.reproducing import script
from mobtheory.testing.searching import Search
from mobtheory.testing.target import as_algorithm

MODULE = """
import time
import numpy as np

def last_rows(visual, prompt, budget):
    return np.arange(len(visual))[len(visual) - budget:]

class Outer:
    class Pruner:
        def select(self, visual, prompt, budget):
            return last_rows(visual, prompt, budget)
    ready = Pruner()

    @staticmethod
    def rows(visual, prompt, budget):
        return last_rows(visual, prompt, budget)

def slow(visual, prompt, budget):
    time.sleep(60)

def refuses(visual, prompt, budget):
    told = [visual.dtype.str, visual.flags.c_contiguous, visual.flags.f_contiguous,
            visual.flags.writeable, [s < 0 for s in visual.strides], visual.shape,
            int(np.frombuffer(np.ascontiguousarray(visual).tobytes(), np.uint8).sum())]
    raise ValueError(f"got {told}")
"""


@pytest.fixture
def targets(tmp_path, monkeypatch):
    (tmp_path / "pasted_targets.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "pasted_targets"
    sys.modules.pop("pasted_targets", None)


def _run(text, tmp_path):
    """Paste it into a file and run that."""
    path = tmp_path / "pasted.py"
    path.write_text(text)
    return subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
    )


def _script_of(target, guarantee, given, **options):
    calls = Calls(as_algorithm(target), **options)
    search = Search(GUARANTEES[guarantee], calls, 0)
    failure, _ = search.judge(given)
    assert failure is not None
    found = counterexample(failure, search)
    return script(calls.algorithm, guarantee, found, unusual_options(calls)), found


def _half_rows(visual, prompt, budget):
    return [0.5] * budget


def _executed(text):
    """Paste it into this interpreter; returns what it raises."""
    with pytest.raises(ConformanceFailure) as caught:
        exec(compile(text, "pasted.py", "exec"), {"_half_rows": _half_rows})
    return str(caught.value)


def test_the_script_of_a_report_runs_in_a_file_of_its_own(targets, tmp_path):
    report = check_covering_algorithm(
        f"{targets}:last_rows", guarantees=["two-approximation"], max_examples=100, on_fail="return"
    )
    result = report["two-approximation"]
    done = _run(result.reproduction, tmp_path)
    assert done.returncode == 1
    assert "ConformanceFailure: two-approximation: h(V -> S) = " in done.stderr
    told = result.reason.removeprefix("violated: ")
    assert told in done.stderr
    assert told in result.reproduction.splitlines()[0]


@pytest.mark.parametrize("name", ["Outer.ready", "Outer.rows"])
def test_dotted_names_are_imported(targets, name):
    report = check_covering_algorithm(
        f"{targets}:{name}", guarantees=["two-approximation"], max_examples=100, on_fail="return"
    )
    text = report["two-approximation"].reproduction
    assert f"from {targets} import Outer" in text
    assert "exceeds" in _executed(text)


def test_the_message_of_a_failure_holds_the_script(targets):
    with pytest.raises(ConformanceFailure) as caught:
        check_covering_algorithm(
            f"{targets}:last_rows", guarantees=["two-approximation"], max_examples=100
        )
    result = caught.value.report["two-approximation"]
    assert result.reproduction in str(caught.value)


def _laid_out(visual, made):
    return {
        "C": np.ascontiguousarray,
        "Fortran": np.asfortranarray,
        "strided": lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2],
        "reversed": lambda a: np.repeat(np.repeat(a[::-1, ::-1], 2, 0), 2, 1)[::-2, ::-2],
        "rows reversed": lambda a: np.repeat(np.repeat(a[::-1], 2, 0), 2, 1)[::-2, ::2],
    }[made](visual)


@pytest.mark.parametrize("made", ["C", "Fortran", "strided", "reversed", "rows reversed"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(5, 3), (120, 40)], ids=["small", "big"])
@pytest.mark.parametrize("writeable", [True, False])
def test_arrays_come_back_as_they_were(targets, made, dtype, shape, writeable):
    rng = np.random.default_rng(1)
    arrays = [
        _laid_out(rng.normal(size=size).astype(dtype), made) for size in (shape, (2, shape[1]))
    ]
    for array in arrays:
        array.flags.writeable = writeable
    given = CoveringInput(*arrays, 2, seed=3)
    text, found = _script_of(f"{targets}:refuses", "valid-selection", given)
    assert "got [" in found.detail
    assert found.detail in _executed(text)
    assert ("base64" in text) is (shape == (120, 40))


@pytest.mark.parametrize(
    "values",
    [
        [[2.0**400], [-(2.0**-400)], [0.1]],
        [[2.0**60], [2.0**60 + 2**10], [1.0]],
        [[5e-324], [1.7976931348623157e308], [0.0]],
        [[-0.0], [0.0], [1.0]],
        [[1e22], [1 / 3], [-7.0]],
    ],
)
def test_every_float_comes_back(targets, values):
    given = CoveringInput(np.array(values), np.array(values[:1]), 2)
    text, found = _script_of(f"{targets}:refuses", "valid-selection", given)
    assert found.detail in _executed(text)
    narrow = np.clip(np.array(values), -3e38, 3e38).astype(np.float32)
    text, found = _script_of(
        f"{targets}:refuses", "valid-selection", CoveringInput(narrow, narrow[:1], 2)
    )
    assert found.detail in _executed(text)


def test_whole_numbers_are_written_as_such(targets):
    given = CoveringInput(np.array([[0.0], [4.0], [4.0]]), np.array([[0.0]]), 2)
    text, _ = _script_of(f"{targets}:last_rows", "two-approximation", given)
    assert "visual = np.array([[0], [4], [4]], dtype=np.float64)" in text


def test_seeds_and_options_that_are_not_the_usual_ones_are_written(targets):
    given = CoveringInput(np.array([[0.0], [1.0]]), np.array([[0.0]]), 1, seed=9)
    text, found = _script_of(f"{targets}:slow", "valid-selection", given, time_limit=0.2)
    assert found.kind == "hung"
    assert "time_limit=0.2" in text
    assert "seed=9" in text
    assert "no answer within 0.2 s" in _executed(text)

    far = CoveringInput(np.array([[0.0, 0], [3, 3], [0, 0.5], [0.5, 0.5]]), np.array([[0.0, 0]]), 2)
    text, found = _script_of(f"{targets}:last_rows", "two-approximation", far, metric="manhattan")
    assert found.lhs == 5
    assert "metric='manhattan'" in text
    assert "= 5 exceeds" in _executed(text)
    assert "seed=" not in text


@pytest.mark.parametrize(
    "guarantee",
    ["input-unchanged", "deterministic", "global-rng-independent", "permutation-equivariant"],
)
def test_failures_of_other_guarantees_come_back(tmp_path, monkeypatch, guarantee):
    (tmp_path / "other_targets.py").write_text(
        textwrap.dedent(
            """
            import random
            import numpy as np
            turn = 0
            def select(visual, prompt, budget):
                global turn
                turn += 1
                random.random()
                if visual.flags.writeable:
                    visual += 1
                return [(turn + row) % len(visual) for row in range(budget)]
            def prompted(visual, prompt, budget):
                return np.arange(budget)
            """
        )
    )
    monkeypatch.syspath_prepend(tmp_path)
    name = "prompted" if guarantee == "permutation-equivariant" else "select"
    report = check_covering_algorithm(
        f"other_targets:{name}", guarantees=[guarantee], max_examples=60, on_fail="return"
    )
    sys.modules.pop("other_targets", None)
    assert report[guarantee].status == "failed"
    assert guarantee in _executed(report[guarantee].reproduction)
    sys.modules.pop("other_targets", None)


def test_what_no_import_reaches_says_where_to_put_it():
    report = check_covering_algorithm(
        lambda *arguments: _half_rows(*arguments), guarantees=[], max_examples=5, on_fail="return"
    )
    text = report["valid-selection"].reproduction
    assert "put it here" in text
    assert "not-callable" in _executed(text)
    assert "it returned floats" in _executed(text.replace("select = ...", "select = _half_rows"))


def test_names_and_messages_cannot_break_out_of_the_comment(targets):
    def bad(visual, prompt, budget):
        raise ValueError("first line\nimport no_such_module\r'''")

    report = check_covering_algorithm(bad, guarantees=[], max_examples=5, on_fail="return")
    text = report["valid-selection"].reproduction
    compile(text, "pasted.py", "exec")
    assert "no_such_module" not in text
