"""One test for each guarantee of each algorithm that the command line names."""

from typing import Any

import pytest

from mobtheory.pytest_plugin import PROFILES, asked_of
from mobtheory.testing import RULES
from mobtheory.testing.cases import GuaranteeCheck, guarantee_cases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make the tests of the algorithms named, or of this project's rules."""
    asked = asked_of(metafunc.config)
    cases = guarantee_cases(
        "--mob-algorithm",
        asked.algorithms or tuple(RULES.values()),
        guarantees=asked.guarantees,
        max_examples=PROFILES[asked.profile],
        seed=asked.seed,
    )
    metafunc.parametrize(
        ("algorithm", "check"),
        [pytest.param(case.subject.target, case, id=case.title) for case in cases],
    )


@pytest.mark.bounds
def test_guarantee(algorithm: Any, check: GuaranteeCheck) -> None:
    """The algorithm keeps the guarantee."""
    check(algorithm)
