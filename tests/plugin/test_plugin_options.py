"""The options of the plugin, and that it leaves every other project alone."""

import pytest

import mobtheory.conformance.test_guarantees  # noqa: F401  # heavy imports stay for the runs below

pytest_plugins = ("pytester",)

MINE = """
def first_rows(visual, prompt, budget):
    return list(range(budget))

number = 3

def two_arguments(visual, prompt):
    return []

def misspelt(visual, prompt, budget):
    return list(range(budget))

misspelt.guarantees = ("two-aproximation",)
"""
SHIPPED = ("--pyargs", "mobtheory.conformance", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        (["--mob-algorithm", "mine"], "write module:name"),
        (["--mob-algorithm", "mine:"], "write module:name"),
        (["--mob-algorithm", "absent:select"], "not-importable: *No module named 'absent'"),
        (["--mob-algorithm", "mine:absent"], "not-importable: *no attribute 'absent'"),
        (["--mob-algorithm", "mine:number"], "not-callable: *name a callable"),
        (["--mob-algorithm", "mine:two_arguments"], "wrong-arguments: *visual, prompt, budget"),
        (["--mob-algorithm", "mine:misspelt"], "attribute *Near are two-approximation"),
        (["--mob-guarantees", "two-aproximation"], "Near are two-approximation"),
        (["--mob-guarantees", "approximation-factor=0.5"], "at least 1"),
        (["--mob-guarantees", ","], "write contract, all, or ids"),
        (["--mob-profile", "slow"], "choose from *quick*standard*deep"),
        (["--mob-seed", "-1"], "pass an integer of at least 0"),
        (["--mob-seed", "one"], "pass an integer of at least 0"),
        (["--mob-report", "absent/report.json"], "make the folder"),
        (["--mob-report", "."], "name a file"),
    ],
)
def test_a_bad_option_is_an_error_of_usage(
    pytester: pytest.Pytester, options: list[str], mend: str
) -> None:
    pytester.makepyfile(mine=MINE)
    result = pytester.runpytest(*SHIPPED, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{options[0]}*{mend}*"])


def test_the_header_echoes_the_options(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=MINE)
    result = pytester.runpytest(
        *SHIPPED,
        *("--mob-algorithm", "mine:first_rows", "--mob-guarantees", "ties, budget-one"),
        *("--mob-profile", "quick", "--mob-seed", "7", "--collect-only", "-q"),
    )
    result.stdout.fnmatch_lines(
        [
            "*::test_guarantee[[]first_rows-valid-selection[]]",
            "*::test_guarantee[[]first_rows-ties[]]",
            "*::test_guarantee[[]first_rows-budget-one[]]",
        ]
    )
    result = pytester.runpytest("--mob-profile", "quick", "--mob-seed", "7", "--collect-only")
    result.stdout.fnmatch_lines(
        ["mobtheory: algorithms the rules of this project; *profile quick (50 inputs); seed 7"]
    )


def test_another_project_sees_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one():\n    pass\n")
    result = pytester.runpytest("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=1)
    told = [line for line in result.outlines if not line.startswith(("rootdir", "plugins"))]
    assert not [line for line in told if "mob" in line]


def test_the_marker_is_registered(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import pytest\n@pytest.mark.bounds\ndef test_one():\n    pass\ndef test_two():\n    pass\n"
    )
    result = pytester.runpytest("--strict-markers", "-p", "no:cacheprovider", "-m", "bounds")
    result.assert_outcomes(passed=1, deselected=1)


def test_another_project_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded():
            assert "mobtheory.pytest_plugin" in sys.modules
            heavy = {"hypothesis", "torch", "numpy", "scipy", "sympy", "mobtheory.testing"}
            assert not heavy & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
