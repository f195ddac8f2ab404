"""The exceptions: four parts, a message that names them, and they survive pickling."""

import pickle

import pytest

from mobtheory import errors

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.MobtheoryError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_holds_all_four_parts(kind: type[errors.MobtheoryError]) -> None:
    error = kind("hausdorff", "a of shape (0, 3)", "a holds a point", "Pass one.")
    text = "hausdorff: received a of shape (0, 3); a holds a point. Pass one."
    assert str(error) == text
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == text


def test_an_unwritable_report_has_no_errno_of_its_own() -> None:
    error = errors.ReportNotWritten("write_report", "a folder", "it is read-only", "Choose one.")
    assert error.errno is None
    assert error.filename is None
