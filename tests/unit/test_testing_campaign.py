"""Campaigns: the state, what is made of its records, and the process with the target."""

import os
import time

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.testing import check_covering_algorithm
from mobtheory.testing.campaign import Campaign, fuzz
from mobtheory.testing.campaign.call_note import CallNote, noting
from mobtheory.testing.campaign.parent import Lost
from mobtheory.testing.campaign.plan import Plan
from mobtheory.testing.campaign.report import FuzzReport, gather
from mobtheory.testing.campaign.state import State, default_path, header
from mobtheory.testing.results import GuaranteeResult
from mobtheory.testing.target import Algorithm

PLAN = Plan("some:target", ("contract",), examples=50)
HEAD = header(PLAN, {"some.py": "00ff"}, "1.0")


def record(number, guarantee="ties", status="passed", checks=50, *, whole=True, **more):
    result = GuaranteeResult(guarantee, status, examples=60, checks=checks, **more)
    return {
        "round": number,
        "seed": number,
        "whole": whole,
        "elapsed": 1.0 + number,
        "notes": [],
        "result": result.to_dict(),
    }


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "state.jsonl"
    state = State(path, HEAD, resume=False)
    for number in range(3):
        state.append(record(number))
    state.close()
    return path


def resumed(path, head=HEAD):
    state = State(path, head, resume=True)
    state.close()
    return state.records


def test_a_state_is_read_back(path):
    assert resumed(path) == [record(0), record(1), record(2)]
    assert len(path.read_text().splitlines()) == 4


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_of_a_torn_last_line_nothing_else_is_lost(path, cut):
    before = path.read_bytes()
    whole, last = (
        before[: before.rindex(b"\n", 0, -1) + 1],
        before[before.rindex(b"\n", 0, -1) + 1 :],
    )
    path.write_bytes(whole + last[:cut])
    state = State(path, HEAD, resume=True)
    assert state.records == [record(0), record(1)]
    state.append(record(2))
    state.close()
    assert path.read_bytes() == before


def test_a_last_line_that_the_disk_filled_with_zeros_is_dropped(path):
    before = path.read_bytes()
    path.write_bytes(before + bytes(100) + b"\n" + bytes(7))
    assert len(resumed(path)) == 3
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [0, 1, 30, -1])
def test_a_state_that_was_killed_in_its_first_line_begins_anew(path, size):
    first = path.read_bytes().split(b"\n")[0] + b"\n"
    path.write_bytes(first[:size])
    assert resumed(path) == []
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (header(Plan("other:target", examples=50), HEAD["sources"], "1.0"), "other:target"),
        (header(Plan("some:target", examples=51), HEAD["sources"], "1.0"), "its examples is 50"),
        (header(Plan("some:target", ("all",), examples=50), HEAD["sources"], "1.0"), "'all'"),
        (header(PLAN, {"some.py": "00fe"}, "1.0"), r"some\.py\) changed"),
        (header(PLAN, HEAD["sources"], "1.1"), "mobtheory 1.0"),
    ],
)
def test_a_state_of_something_else_is_refused_and_left_alone(path, head, told):
    path.write_bytes(path.read_bytes() + b'{"torn')
    before = path.read_bytes()
    with pytest.raises(InvalidProblem, match=told):
        resumed(path, head)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"notes\n", b"no line", b"\n", b"[1]\n", b'{"format": "x"}\n'])
def test_what_is_no_state_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    with pytest.raises(InvalidProblem, match="first line"):
        resumed(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("line", [b"{", b"3", b'{"round": 1}'])
def test_damage_in_the_middle_is_told_with_its_line(path, line):
    lines = path.read_bytes().split(b"\n")
    lines[2] = line
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(InvalidProblem, match="line 3"):
        resumed(path)


def test_two_campaigns_do_not_share_a_state(path):
    state = State(path, HEAD, resume=True)
    with pytest.raises(InvalidProblem, match="another campaign"):
        resumed(path)
    with pytest.raises(InvalidProblem, match="another campaign"):
        State(path, HEAD, resume=False)
    state.close()
    assert len(resumed(path)) == 3


def test_a_new_campaign_keeps_the_old_state_beside_its_own(path):
    before = path.read_bytes()
    State(path, HEAD, resume=False).close()
    assert resumed(path) == []
    assert path.with_name("state.jsonl.old").read_bytes() == before


def test_a_state_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidProblem, match=r"NotADirectoryError|FileExistsError"):
        resumed(tmp_path / "file" / "state.jsonl")


def test_a_disk_that_fills_up_is_told_and_loses_nothing_else(path, monkeypatch):
    state = State(path, HEAD, resume=True)

    def fsync(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(InvalidProblem, match="No space left"):
        state.append(record(3))
    state.close()
    assert resumed(path)[:3] == [record(0), record(1), record(2)]


def test_the_usual_place_is_kept_out_of_git(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = default_path("a.b:c/../d")
    State(path, HEAD, resume=False).close()
    assert [p.name for p in path.parent.iterdir() if p != path] == [".gitignore"]
    assert path.parent.name == ".mobtheory"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"seed": -1}, "seed"),
        ({"examples": 0}, "examples"),
        ({"time_limit": 0.0}, "time_limit"),
        ({"time_limit": float("nan")}, "time_limit"),
        ({"metric": "cubic"}, "cubic"),
        ({"guarantees": ("deterministc",)}, "deterministic"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(options, told):
    with pytest.raises(InvalidProblem, match=told):
        Plan("some:target", **options)


def gathered(*records, guarantees=(("ties", True),)):
    return gather(PLAN, guarantees, records)


def test_checks_of_all_rounds_count_together():
    (found,) = gathered(*(record(n, status="skipped", checks=2, reason="few") for n in range(3)))
    assert (found["status"], found["checks"], found["examples"]) == ("passed", 6, 180)
    (found,) = gathered(record(0, status="skipped", checks=2, reason="few"))
    assert (found["status"], found["reason"]) == ("skipped", "few")


def test_a_search_that_time_cut_short_counts_once_when_it_is_repeated():
    (found,) = gathered(record(0, checks=40, whole=False), record(0), record(1))
    assert found["checks"] == 100


def test_records_of_what_is_not_asked_any_more_are_left_out():
    (found,) = gathered(record(0), record(0, "duplicates", status="failed", reason="died: x"))
    assert (found["guarantee"], found["status"]) == ("ties", "passed")


def test_a_failure_of_any_round_is_the_result_and_names_its_seed():
    bad = record(1, status="failed", reason="violated: x")
    (found,) = gathered(record(0), bad, record(2))
    assert (found["status"], found["reason"], found["seed"]) == ("failed", "violated: x", 1)
    assert found["checks"] == 150


@pytest.mark.parametrize(
    ("results", "interrupted", "status"),
    [
        ([record(0)], False, 0),
        ([record(0, status="failed", reason="died: x")], False, 1),
        ([record(0, status="failed", reason="not-callable: x")], False, 2),
        ([], False, 3),
        ([record(0, status="failed", reason="died: x")], True, 130),
    ],
)
def test_exit_status(results, interrupted, status):
    report = FuzzReport(PLAN, gathered(*results), interrupted=interrupted)
    assert report.exit_status == status
    assert report.to_dict()["passed"] is (status == 0)


def test_what_nobody_asked_for_may_go_unchecked():
    assert FuzzReport(PLAN, gathered(guarantees=[("ties", False)])).exit_status == 0


def arrays():
    points = np.arange(24.0).reshape(8, 3)
    yield points
    yield np.asfortranarray(points)
    yield points.astype(np.float32)[::-1, ::-1]
    yield points[::2, ::2]
    frozen = points.copy()
    frozen.flags.writeable = False
    yield frozen


@pytest.mark.parametrize("visual", list(arrays()))
def test_a_call_is_noted_before_it_is_made_as_the_target_gets_it(tmp_path, visual):
    note, seen = CallNote(tmp_path / "note"), CallNote(tmp_path / "note")
    looks = []

    def select(*_):
        looks.append(seen.look())
        raise OverflowError

    with pytest.raises(OverflowError):
        noting(Algorithm("x", select), note).select(visual, visual[:1], 2)
    looks.append(seen.look())
    assert [look.calling for look in looks] == [True, False]
    assert looks[0].signs < looks[1].signs
    found = seen.last_input()
    for name in ("c_contiguous", "f_contiguous", "writeable"):
        assert getattr(found.visual.flags, name) == getattr(visual.flags, name)
    assert found.visual.dtype == visual.dtype
    assert found.visual.tolist() == visual.tolist()
    assert (np.array(found.visual.strides) < 0).tolist() == (np.array(visual.strides) < 0).tolist()
    assert found.budget == 2
    note.close()
    seen.close()


def test_what_cannot_be_noted_is_called_all_the_same(tmp_path):
    note = CallNote(tmp_path / "note")
    assert noting(Algorithm("x", lambda *_: 7), note).select("no", "arrays", 1) == 7
    assert note.last_input() is None
    note.close()


class Answers:
    """Stands in for the process with the target."""

    alive, calls = True, 0

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def ask(self, job):
        self.asked.append(job["check"]["guarantee"])
        return self.answer


def campaign(path, answer, minutes, guarantees=(("valid-selection", True), ("ties", False))):
    child, state = Answers(answer), State(path, HEAD, resume=True)
    report = Campaign(PLAN, guarantees, child, state, minutes).run()
    state.close()
    return report, child.asked


@pytest.mark.parametrize("minutes", [None, 5.0])
def test_a_check_that_breaks_off_is_told_once_and_tried_again_by_the_next_run(tmp_path, minutes):
    for _ in range(2):
        report, asked = campaign(tmp_path / "s.jsonl", {"broken": "KeyError: 3"}, minutes)
        assert asked == ["valid-selection", "ties"]
        assert report.exit_status == 3
        assert report.rounds == 0
        assert "the check itself broke off: KeyError: 3" in report.results[0]["reason"]


def test_after_time_is_over_nothing_is_begun_and_other_minutes_go_on(tmp_path):
    path, answer = tmp_path / "s.jsonl", {"result": record(0)["result"]}
    report, asked = campaign(path, answer, 1e-9, [("ties", True)])
    assert (asked, report.rounds) == ([], 0)
    assert report.exit_status == 3  # nothing was checked, and that is no pass
    report, asked = campaign(path, answer, None, [("ties", True)])
    assert (asked, report.rounds, report.exit_status) == (["ties"], 1, 0)
    report, asked = campaign(path, answer, None, [("ties", True)])
    assert (asked, report.rounds, report.exit_status) == ([], 1, 0)


@pytest.mark.parametrize("calling", [True, False])
def test_a_process_that_died_and_cannot_be_begun_again_fails_its_guarantee(tmp_path, calling):
    class Dying(Answers):
        def open(self):
            return {"bad": "not-importable", "detail": "only once"}

        def ask(self, job):
            super().ask(job)
            self.alive = False
            raise Lost("died", "the process ended with exit status 5", calling)

    state = State(tmp_path / "s.jsonl", HEAD, resume=True)
    guarantees = [("valid-selection", True), ("ties", True)]
    report = Campaign(PLAN, guarantees, Dying({}), state).run()
    state.close()
    assert report.exit_status == 1
    assert [result["reason"] for result in report.results] == [
        "died: the process ended with exit status 5",
        "died: the target could not be imported again",
    ]
    assert report.results[0]["counterexample"] is None


def test_what_nobody_asked_for_and_never_applies_is_searched_once(tmp_path):
    answer = {"result": record(0, status="skipped", checks=0, applies=False)["result"]}
    report, asked = campaign(tmp_path / "s.jsonl", answer, 5.0, [("ties", False)])
    assert asked == ["ties"]
    assert (report.exit_status, report.rounds) == (0, 1)


def test_rounds_take_further_seeds_until_time_is_over_and_go_on_from_there(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("mobtheory.testing.campaign.campaign.time.monotonic", lambda: now[0])
    asked, standings = [], []

    class Slow(Answers):
        def ask(self, job):
            asked.append((job["check"]["guarantee"], job["check"]["seed"], job["check"]["seconds"]))
            now[0] += 20.0
            self.calls += 60
            result = record(0, job["check"]["guarantee"])["result"]
            return {
                "result": result,
                "whole": job["check"]["seconds"] >= 20,
                "notes": ["it prints"],
            }

    def run(minutes):
        state = State(tmp_path / "s.jsonl", HEAD, resume=True)
        guarantees = [("valid-selection", True), ("ties", True)]
        report = Campaign(PLAN, guarantees, Slow({}), state, minutes, standings.append).run()
        state.close()
        return report

    report = run(70 / 60)
    assert asked == [
        ("valid-selection", 0, 70), ("ties", 0, 50), ("valid-selection", 1, 30), ("ties", 1, 10)
    ]  # fmt: skip
    assert (report.rounds, report.seconds, report.exit_status) == (1, 80.0, 0)
    assert report.notes == ("it prints",)
    assert [standing.share for standing in standings[:3]] == pytest.approx([0, 2 / 7, 2 / 7])
    assert standings[-1].round == 2
    assert (standings[-1].inputs, standings[-1].calls, standings[-1].failures) == (240, 240, 0)

    asked.clear()
    now[0] += 1000.0  # between the runs, which is nobody's time
    report = run(2.0)
    assert asked == [("ties", 1, 40), ("valid-selection", 2, 20)]  # the one that was cut short, too
    assert report.rounds == 2
    assert report.seconds == 120.0
    assert [result["checks"] for result in report.results] == [150, 100]


@pytest.fixture
def target(tmp_path, monkeypatch):
    """Write the module `target`, which the current folder holds."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        head = "import os, signal, time\nimport numpy as np\n"
        (tmp_path / "target.py").write_text(head + text)
        return "target:select"

    return write


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def test_no_process_outlives_the_campaign(target, tmp_path):
    """Neither the target's nor one that the target began."""
    name = target(
        "import subprocess\n"
        "first = subprocess.Popen(['sleep', '100'])\n"
        "open('pids', 'a').write(f'{os.getpid()} {first.pid} ')\n"
        "def select(visual, prompt, budget): return np.arange(budget)\n"
    )
    fuzz(name, guarantees=["valid-selection"], examples=5)
    processes = [int(word) for word in (tmp_path / "pids").read_text().split()]
    assert len(processes) == 2
    last = time.monotonic() + 5
    while any(map(alive, processes)) and time.monotonic() < last:
        time.sleep(0.02)
    assert not any(map(alive, processes))


def test_it_finds_what_the_kit_finds_with_the_same_seed(target, monkeypatch):
    name = target("def select(visual, prompt, budget): return np.arange(budget) % 3\n")
    found = fuzz(name, guarantees=["valid-selection"], examples=20, seed=4).results
    monkeypatch.syspath_prepend(".")
    same = check_covering_algorithm(
        name, guarantees=["valid-selection"], max_examples=20, seed=4, on_fail="return"
    ).to_dict()["results"]
    assert len(found) == len(same) == 1
    assert found[0]["status"] == "failed"
    for field in ("reason", "examples", "checks", "reproduction"):
        assert found[0][field] == same[0][field]


def test_a_deadly_answer_is_told_though_no_call_was_under_way(target):
    name = target(
        "class Deadly:\n"
        "    ndim = 1\n"
        "    def __array__(self, *_, **__): os._exit(4)\n"
        "def select(visual, prompt, budget): return Deadly()\n"
    )
    report = fuzz(name, guarantees=["valid-selection"], examples=5)
    assert report.exit_status == 1
    result = report.results[0]
    assert result["reason"] == "died: the process ended with exit status 4 between two calls"
    assert result["counterexample"] is None


def test_a_target_that_is_never_imported_to_the_end_is_no_target(target, monkeypatch):
    monkeypatch.setattr("mobtheory.testing.campaign.parent._IMPORT", 0.3)
    report = fuzz(target("time.sleep(1000)\n"), time_limit=0.1)
    assert report.exit_status == 2
    told = "not-importable: target:select does not import: no sign of life for 0.5 s"
    assert report.results[0]["reason"] == told
    assert report.state is None
