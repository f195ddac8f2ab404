"""Calls of targets that hang, raise, print or warn, in the main thread and in others."""

import logging
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress

import pytest

from mobtheory.testing.calling import Printed, call_within
from mobtheory.testing.misbehaviour import Misbehaviour, OutsideDomain

LIMIT = 0.2


def _here(*arguments):
    return call_within(LIMIT, Printed(), *arguments)


def _in_a_thread(*arguments):
    outcome = []

    def work():
        try:
            outcome.append((True, _here(*arguments)))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert outcome, "the call never came back"
    returned, value = outcome[0]
    if returned:
        return value
    raise value


def _under_a_timer(*arguments):
    """Somebody else's alarm is set, as that of pytest-timeout."""
    fired = []
    before = signal.signal(signal.SIGALRM, lambda *_: fired.append(True))
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        return _here(*arguments)
    finally:
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        assert not fired
        assert 50 < left <= 100, "the timer that was set is no more"


ANYWHERE = pytest.mark.parametrize("call", [_here, _in_a_thread, _under_a_timer])


def _sleep():
    for _ in range(500):
        time.sleep(0.01)


def _catching(caught, then=lambda: None):
    def target():
        try:
            _sleep()
        except caught:
            return then()
        return "slept enough"

    return target


@ANYWHERE
def test_what_a_function_returns_is_returned(call):
    assert call(lambda a, b: a + b, 2, 3) == 5


@ANYWHERE
@pytest.mark.parametrize(
    "target",
    [
        _sleep,
        _catching(Exception),
        _catching(BaseException),
        _catching(BaseException, _sleep),
        _catching(BaseException, lambda: 1 / 0),
        lambda: sum(1 for _ in iter(int, 1)),
    ],
    ids=["sleeps", "catches Exception", "answers late", "sleeps again", "raises late", "computes"],
)
def test_a_target_that_hangs_is_reported_as_such(call, target):
    started = time.monotonic()
    with pytest.raises(Misbehaviour, match=r"no answer within 0\.2 s") as caught:
        call(target)
    assert caught.value.kind == "hung"
    assert time.monotonic() - started < 4


@ANYWHERE
@pytest.mark.parametrize(
    "error", [ValueError("five"), SystemExit("five"), GeneratorExit("five"), RecursionError("five")]
)
def test_whatever_it_raises_is_told(call, error):
    def target():
        raise error

    with pytest.raises(Misbehaviour, match="five") as caught:
        call(target)
    assert caught.value.kind == "raised"
    assert type(error).__name__ in str(caught.value)
    assert caught.value.__cause__ is error


@ANYWHERE
def test_pytest_outcomes_are_no_way_out(call):
    with pytest.raises(Misbehaviour, match="Skipped"):
        call(pytest.skip, "skip the kit")
    with pytest.raises(Misbehaviour, match="Failed"):
        call(pytest.fail, "fail the kit")


@ANYWHERE
def test_an_exception_that_cannot_be_printed(call):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    def target():
        raise Mute

    with pytest.raises(Misbehaviour, match="Mute") as caught:
        call(target)
    assert caught.value.kind == "raised"


@ANYWHERE
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), OutsideDomain("few"), Misbehaviour("returned-mask", "a mask")]
)
def test_what_is_not_the_targets_fault_passes(call, error):
    def target():
        raise error

    with pytest.raises(type(error)) as caught:
        call(target)
    assert caught.value is error


@ANYWHERE
def test_nothing_is_printed(call, capfd):
    printed = Printed()

    def target():
        print("one line", flush=True)
        print("another", file=sys.stderr)
        sys.stdout.writelines(["a", "b"])
        return "done"

    def printing():
        return call_within(LIMIT, printed, target)

    assert call(printing) == "done"
    assert printed.start == "one line\nanother\nab"
    assert printed.count == len(printed.start)
    assert capfd.readouterr() == ("", "")


def test_only_the_beginning_of_what_is_printed_is_kept():
    printed = Printed()
    call_within(5, printed, lambda: print("x" * 10**6))
    assert printed.count == 10**6 + 1
    assert len(printed.start) < 1000


def test_logging_without_a_handler_is_not_seen(capfd, monkeypatch):
    logger = logging.getLogger("a target of the kit")
    monkeypatch.setattr(logger, "propagate", False)
    assert _here(lambda: logger.warning("hear me")) is None
    assert capfd.readouterr() == ("", "")


@ANYWHERE
def test_warnings_neither_pass_nor_become_errors(call):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("error")
        filters = list(warnings.filters)
        assert call(lambda: warnings.warn("careful", stacklevel=1) or "done") == "done"
        assert warnings.filters == filters
    assert not seen


def _raise():
    raise ValueError


@pytest.mark.parametrize("target", [lambda: 1, _raise, _sleep, _catching(BaseException)])
def test_alarms_are_as_before(target):
    def handler(*_):
        raise AssertionError("an alarm was left behind")

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for _ in range(3):
            with suppress(Misbehaviour):
                _here(target)
            assert signal.getsignal(signal.SIGALRM) is handler
            assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_answers_at_the_very_limit_leave_no_alarm_behind():
    """The alarm may come between the answer and the end of the call; both outcomes are right."""
    limit = 0.004
    for number in range(150):
        rest = limit * (0.97 + number * 0.0004)

        def target(rest=rest):
            end = time.perf_counter() + rest
            while time.perf_counter() < end:
                pass

        with suppress(Misbehaviour):
            call_within(limit, Printed(), target)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_call_within_a_call_keeps_both_limits():
    def outer():
        with pytest.raises(Misbehaviour, match="no answer"):
            call_within(0.05, Printed(), _sleep)
        _sleep()

    with pytest.raises(Misbehaviour, match=r"no answer within 0\.5 s"):
        call_within(0.5, Printed(), outer)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
