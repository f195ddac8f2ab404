"""One pytest test for each guarantee of each algorithm."""

from collections.abc import Iterable
from typing import Any

from mobtheory.errors import MissingExtra
from mobtheory.testing.cases import Declared, guarantee_cases
from mobtheory.testing.guarantee import Guarantee


def parametrize_with_guarantees(
    algorithms: Iterable[Any],
    *,
    guarantees: str | Iterable[str | Guarantee] = "contract",
    expected_failures: Declared | None = None,
    max_examples: int = 200,
    seed: int = 0,
    min_checks: int | None = None,
    time_limit: float = 10.0,
    metric: str = "euclidean",
    normalize: bool = False,
) -> Any:
    """Parametrise a pytest test: one case for each guarantee of each algorithm.

    Parameters
    ----------
    algorithms : iterable of targets
        Each as `check_covering_algorithm` takes it.
    guarantees : "contract", "all", or ids and guarantees
        As `check_covering_algorithm` takes them; what an algorithm's attribute names counts for it.
    expected_failures : mapping from id to reason, or callable
        Cases that are known to fail: they are xfailed with their reason, and one that does not
        fail any more fails. A callable gets each algorithm and returns the mapping for it.
    max_examples, seed, min_checks, time_limit, metric, normalize
        As `check_covering_algorithm` takes them.

    Returns
    -------
    A decorator for a test of two arguments, ``algorithm`` and ``check``, which calls
    ``check(algorithm)``. The ids of its cases read ``select-two-approximation``.

    Raises
    ------
    InvalidProblem
        If there is no algorithm, or a guarantee or an argument is not as described.
    MissingExtra
        If pytest is not installed.

    Notes
    -----
    A case fails with `ConformanceFailure` if its guarantee is broken or too few inputs met its
    hypotheses. It is skipped only where "all" asks for what the algorithm neither claims nor
    offers. Each case draws the inputs that `check_covering_algorithm` draws. valid-selection runs
    once for each algorithm; inputs that fail it count for no other case.

    Examples
    --------
    >>> from mobtheory.testing import parametrize_with_guarantees
    >>> from mobtheory.testing.rules import farthest_points, mob
    >>> @parametrize_with_guarantees([farthest_points, mob])
    ... def test_guarantees(algorithm, check):
    ...     check(algorithm)
    """
    called = "parametrize_with_guarantees"
    try:
        import pytest
    except ImportError as error:
        raise MissingExtra(
            called,
            "an environment without pytest",
            "it makes tests of pytest",
            'Run pip install "mobtheory[test]".',
        ) from error
    cases = guarantee_cases(
        called,
        algorithms,
        guarantees=guarantees,
        expected_failures=expected_failures,
        max_examples=max_examples,
        seed=seed,
        min_checks=min_checks,
        time_limit=time_limit,
        metric=metric,
        normalize=normalize,
    )
    return pytest.mark.parametrize(
        ("algorithm", "check"),
        [pytest.param(case.subject.target, case, id=case.title) for case in cases],
    )
