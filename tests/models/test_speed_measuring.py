"""What a measurement of speed holds, on the CPU."""

import copy
from fractions import Fraction
from functools import cache
from io import StringIO
from math import comb

import jsonschema
import numpy as np
import pytest
import torch
from rich.console import Console

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed import SELECTORS, as_lengths, as_ratio, measure_speed
from mobtheory.experiments.speed.choosing import choose_model
from mobtheory.experiments.speed.clock import HostClock, clock_for
from mobtheory.experiments.speed.figures import figured_anew
from mobtheory.experiments.speed.goals import goals_of
from mobtheory.experiments.speed.kernels import attention_kernels
from mobtheory.experiments.speed.memory import memory_of
from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import RATIOS, settings_for
from mobtheory.experiments.speed.statistics import FEWEST, speedup, spread
from mobtheory.experiments.speed.subject import subject_for
from mobtheory.models import load
from mobtheory.report.schema import schema_of, violations
from mobtheory.report.speed_view import facts, goal_line, speed_view

from .small_shapes import SMALL_LLAVA, SMALL_NEXT

pytestmark = pytest.mark.models


@cache
def measured():
    partial = []
    document = measure_speed(
        SMALL_NEXT,
        layer=1,
        selects=SELECTORS,
        answers=(1, 3),
        repeats=3,
        warmup=1,
        device="cpu",
        on_document=lambda found: partial.append((found["repeats"], found["complete"])),
    )
    return document, partial


def runner_of(model, **options):
    subject = subject_for(model, device="cpu", **options)
    return Runner(subject, 1, HostClock())


def test_the_document_obeys_its_schema():
    document, _ = measured()
    jsonschema.Draft202012Validator(schema_of("bench")).validate(document)
    assert list(violations(document, schema_of("bench"))) == []


def test_every_repeat_leaves_a_document():
    assert measured()[1] == [(1, False), (2, False), (3, True)]


def test_every_setting_is_there_with_what_it_keeps():
    document, _ = measured()
    assert document["model"]["visual_tokens"] == 88
    assert document["model"]["text_tokens"] == 8
    full, *pruned = document["runs"]
    assert full["kept"] == 88
    assert full["select"] is None
    assert [(run["select"], run["kept"]) for run in pruned] == [
        (name, kept) for kept in (29, 20, 10) for name in SELECTORS
    ]


def test_figures_are_those_of_the_values():
    document, _ = measured()
    full, *pruned = document["runs"]
    for run in (full, *pruned):
        for name, times in run["values"]["milliseconds"].items():
            assert len(times) == 3
            assert run["milliseconds"][name]["median"] == sorted(times)[1]
        whole = run["values"]["answer_milliseconds"]
        further = (np.asarray(whole["3"]) - whole["1"]) / (3 - 1)
        assert run["token_milliseconds"]["median"] == pytest.approx(np.median(further), abs=1e-4)
        assert run["milliseconds"]["decoder"]["median"] < run["milliseconds"]["prefill"]["median"]
    for run in pruned:
        slow, fast = (np.asarray(r["values"]["answer_milliseconds"]["3"]) for r in (full, run))
        found = run["speedup"]["answers"]["3"]
        assert list(found.values()) == pytest.approx(np.sort(slow / fast)[[1, 0, 2]], abs=1e-4)
        assert list(found) == ["estimate", "lower", "upper"]
        chosen = np.median(run["values"]["milliseconds"]["selection"])
        for share, of in (("of_unpruned_prefill", full), ("of_own_prefill", run)):
            prefill = np.median(of["values"]["milliseconds"]["prefill"])
            assert run["selection_share"][share] == pytest.approx(chosen / prefill, abs=1e-5)
        times = run["milliseconds"]
        assert 0 < times["selection"]["median"] < times["pruning"]["median"]
        assert times["pruning"]["median"] < times["decoder"]["median"]


def test_figures_can_be_derived_from_the_document_alone():
    document, _ = measured()
    spoilt = copy.deepcopy(document)
    for run in spoilt["runs"]:
        run["milliseconds"] = run["speedup"] = run["token_milliseconds"] = None
    assert figured_anew(spoilt)["runs"][1:] == document["runs"][1:]
    assert figured_anew(document) == document


def test_every_setting_is_warmed_up_and_the_order_is_drawn_anew(monkeypatch):
    prefill, answer, ran = Runner.prefill, Runner.answer, []

    def noted(self, setting):
        ran.append(setting.name)
        return prefill(self, setting)

    def noted_answer(self, setting, tokens):
        ran.append(tokens)
        return answer(self, setting, tokens)

    monkeypatch.setattr(Runner, "prefill", noted)
    monkeypatch.setattr(Runner, "answer", noted_answer)
    given = {"layer": 1, "answers": (1, 2), "repeats": 4, "warmup": 2, "device": "cpu"}
    document = measure_speed(SMALL_LLAVA, **given)
    names = [run["name"] for run in document["runs"]]
    first = ran.index(names[0])  # before it come the answers that show whether the batch fits
    warm, counted = ran[first : first + 16], ran[first + 16 :]
    assert warm == [part for name in names for part in (name, 2)] * 2
    assert counted[1::3] == [1] * 16
    assert counted[2::3] == [2] * 16
    orders = [tuple(counted[start : start + 12 : 3]) for start in range(0, 48, 12)]
    assert all(sorted(order) == sorted(names) for order in orders)
    assert len(set(orders)) > 1


def test_a_pruned_cache_holds_the_kept_tokens_of_the_later_layers():
    runner = runner_of(SMALL_NEXT)
    for setting in settings_for(88, ("fps",), RATIOS, 1):
        held = memory_of(runner, setting, 1)["cache_bytes"]
        tokens = 96 + 2 * (8 + setting.kept)
        assert held == 2 * 4 * 64 * tokens


def test_an_answer_has_its_length_even_where_the_model_would_end_it():
    runner = runner_of("embedded")
    prompt = runner.inputs["input_ids"].shape[1]
    with torch.inference_mode():
        ended = runner.subject.network.generate(**runner.inputs, max_new_tokens=8, do_sample=False)
    assert ended.shape[1] < prompt + 8
    with runner.pruned(settings_for(144, ("mob",), RATIOS, 2)[1]):
        assert runner.generate(8).shape == (1, prompt + 8)


def test_the_selection_that_is_timed_is_the_one_that_prunes():
    runner = runner_of("embedded")
    setting = settings_for(144, ("fps",), RATIOS, 2)[3]
    with runner.pruned(setting):
        states = runner.forward().past_key_values
    assert states.layers[1].keys.shape[2] == 155
    assert states.layers[2].keys.shape[2] == 155 - 144 + 16


def test_kernels_are_told_apart_and_masks_are_counted():
    runner = runner_of(SMALL_LLAVA)
    full, *_, pruned = settings_for(16, ("mob",), RATIOS, 1)
    flash = {"flash_attention_for_cpu": 3}
    for setting in (full, pruned):
        found = attention_kernels(runner, setting)
        assert found["decoder"] == flash
        assert found["masked_layers"] == 0
        assert sum(found["vision"].values()) == 2
    runner.inputs["attention_mask"][:, 0] = 0
    runner.subject.network.set_attn_implementation("sdpa")
    assert attention_kernels(runner, full)["masked_layers"] == 3
    runner.inputs["attention_mask"][:, 0] = 1
    runner.subject.network.set_attn_implementation("eager")
    found = attention_kernels(runner, full)
    assert found["decoder"] == {"math": 3}
    assert found["masked_layers"] == 3


def test_a_batch_that_does_not_fit_is_halved_and_it_is_told(monkeypatch):
    generate = Runner.generate

    def short_of_memory(self, tokens):
        if len(self.inputs["input_ids"]) > 2:
            raise torch.OutOfMemoryError("simulated")
        return generate(self, tokens)

    monkeypatch.setattr(Runner, "generate", short_of_memory)
    told = []
    document = measure_speed(
        SMALL_LLAVA,
        layer=1,
        batch=8,
        answers=(1,),
        repeats=1,
        warmup=0,
        device="cpu",
        on_halved=told.append,
    )
    assert told == [4, 2]
    assert document["asked"]["batch"] == 8
    assert document["model"]["batch"] == 2
    assert list(violations(document, schema_of("bench"))) == []


def test_without_a_gpu_the_embedded_model_is_measured_and_it_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for asked in ("llava-next-7b", "embedded"):
        model, notes = choose_model(asked, "auto")
        assert model == "embedded"
        assert "No CUDA device is at hand" in notes[0]
    document = measure_speed("llava-1.5-7b", repeats=1, warmup=0, answers=(1,))
    assert document["model"]["name"] == "embedded"
    assert document["device"]["kind"] == "cpu"
    assert "the embedded model was measured instead" in document["notes"][0]
    assert document["goals"] == []


def test_with_a_gpu_the_shape_is_measured(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_model("llava-next-7b", "auto") == ("llava-next-7b", [])


def test_a_loaded_model_is_measured_as_it_is():
    model = load("embedded", device="cpu", dtype="float64")
    document = measure_speed(model, layer=3, repeats=1, warmup=0, answers=(1,))
    assert document["model"]["dtype"] == "float64"
    assert not document["model"]["random_weights"]
    assert document["runs"][1]["token_milliseconds"] is None


@pytest.mark.parametrize(
    "options",
    [
        {"repeats": 0},
        {"warmup": -1},
        {"batch": 0},
        {"answers": ()},
        {"answers": (0, 4)},
        {"layer": 3},
        {"layer": 0},
        {"selects": ("best",)},
        {"dtype": "int8"},
        {"dtype": "float8_e4m3fn"},
        {"dtype": "half"},
        {"device": "nowhere"},
        {"seed": -1},
        {"seed": 2**63},
        {"device": "meta"},
        {"tower_graph": True},
    ],
)
def test_bad_arguments_are_refused(options):
    given = {"layer": 1, "repeats": 1, "warmup": 0, "answers": (1,), "device": "cpu", **options}
    with pytest.raises(UnsupportedModel):
        measure_speed(SMALL_LLAVA, **given)


@pytest.mark.parametrize("name", SELECTORS)
def test_keeping_no_visual_token_is_a_setting_too(name):
    document = measure_speed(
        SMALL_LLAVA,
        layer=1,
        selects=(name,),
        ratios=(Fraction(99, 100),),
        answers=(1,),
        repeats=1,
        warmup=0,
        device="cpu",
    )
    assert document["runs"][1]["kept"] == 0


@pytest.mark.parametrize("text", ["0", "100", "-5", "8/0", "9/8", "much", "nan", ""])
def test_a_ratio_is_a_share(text):
    with pytest.raises(UnsupportedModel):
        as_ratio(text)


@pytest.mark.parametrize("text", ["", "0", "1,,4", "1,-4", "4.5", "four"])
def test_a_length_is_a_number_of_tokens(text):
    with pytest.raises(UnsupportedModel):
        as_lengths(text)


def test_no_clock_for_a_device_whose_work_cannot_be_waited_for():
    with pytest.raises(UnsupportedModel, match="meta"):
        clock_for(torch.device("meta"))


@pytest.mark.parametrize("repeats", [*range(1, 41)])
def test_an_interval_is_the_narrowest_that_holds_the_median_in_95_of_100(repeats):
    """Sums of binomial coefficients: whatever the distribution, the chance is the same."""
    ratios = np.arange(1.0, repeats + 1)
    found = speedup(np.random.default_rng(0).permutation(ratios), np.ones(repeats))
    place = int(found["lower"])
    assert found["upper"] == repeats + 1 - place

    def missed(place):
        return 2 * sum(comb(repeats, below) for below in range(place)) / 2**repeats

    assert missed(place + 1) > 0.05
    if repeats < FEWEST:
        assert place == 1
        assert missed(place) > 0.05
    else:
        assert missed(place) <= 0.05


@pytest.mark.parametrize("repeats", [6, 8, 25])
def test_the_interval_of_a_speedup_holds_the_ratio_of_noisy_times(repeats):
    rng = np.random.default_rng(0)
    held, width = 0, 0.0
    for _ in range(1000):
        drift = rng.uniform(1, 2, size=repeats)  # clocks fall: both are touched
        slow, fast = (s * drift * rng.lognormal(sigma=0.05, size=repeats) for s in (30.0, 10.0))
        found = speedup(slow, fast)
        held += found["lower"] <= 3.0 <= found["upper"]
        width += (found["upper"] - found["lower"]) / 1000
    assert width < 0.7
    assert held / 1000 >= 0.94  # by chance two standard errors below 95 %


def test_a_spread_has_the_quartiles():
    assert spread(range(101)) == {"lower_quartile": 25, "median": 50, "upper_quartile": 75}


def goal_document(estimate, lower, share):
    found = {"estimate": estimate, "lower": lower, "upper": estimate}
    run = {
        "select": "mob",
        "kept": 325,
        "speedup": {"prefill": found, "decoder": found, "answers": {"4": found}},
        "selection_share": {"of_unpruned_prefill": share, "of_own_prefill": 3 * share},
    }
    return {
        "model": {"name": "llava-next-7b", "visual_tokens": 2928, "batch": 2},
        "device": {"kind": "cuda"},
        "asked": {"layer": 2, "tower_graph": False},
        "runs": [{"select": None, "kept": 2928}, run],
        "repeats": 1,
    }


def test_a_goal_is_met_by_the_lower_end_of_the_interval():
    met = [goal["met"] for goal in goals_of(goal_document(3.2, 3.1, 0.01))]
    assert met == [True, True, True]
    assert [goal["met"] for goal in goals_of(goal_document(3.2, 2.9, 0.02))] == [False, True, False]
    assert [goal["met"] for goal in goals_of(goal_document(1.4, 1.4, 0.01))] == [
        False,
        False,
        True,
    ]
    lines = [goal_line(goal) for goal in goals_of(goal_document(3.2, 2.9, 0.02))]
    assert lines == [
        "Goal, speedup of prefill (batch 2, layer 2) at least 3.0: 3.2, NOT MET.",
        "Goal, speedup of an answer of 4 tokens (batch 2, layer 2) at least 1.5: 3.2, met.",
        "Goal, selection, share of the unpruned prefill (batch 2, layer 2) below 0.02: 0.02, "
        "NOT MET.",
    ]


def test_a_goal_names_the_setting_that_it_was_judged_at():
    document = goal_document(3.2, 3.1, 0.01)
    document["asked"] = {"layer": 1, "tower_graph": True}
    for goal in goals_of(document):
        assert "(batch 2, layer 1, vision tower a CUDA graph)" in goal["what"]


def test_goals_go_by_the_tokens_that_are_kept():
    kept = settings_for(2928, ("mob",), (as_ratio("88.9"), as_ratio("8/9"), as_ratio("85")), 2)
    for setting, judged in zip(kept[1:], (3, 3, 0), strict=True):
        document = goal_document(3.2, 3.1, 0.01)
        document["runs"][1]["kept"] = setting.kept
        assert len(goals_of(document)) == judged


def test_other_models_and_the_cpu_have_no_goals():
    document = goal_document(9.0, 9.0, 0.0)
    assert goals_of({**document, "model": {"name": "llava-1.5-7b"}}) == []
    assert goals_of({**document, "device": {"kind": "cpu"}}) == []
    assert goals_of({**document, "runs": document["runs"][:1]}) == []


def test_facts_name_device_kernels_and_sizes():
    text = " ".join(facts(measured()[0]))
    for part in (
        "88 visual and 8 text tokens",
        "random weights",
        "no explicit mask",
        "layer 1 of 3",
        "speedups with their range, since a 95 % interval takes 6 repeats.",
    ):
        assert part in text
    assert "speedups with 95 % intervals." in " ".join(facts({**measured()[0], "repeats": 6}))


def test_tables_name_their_columns_whole_in_80_columns():
    device = {"kind": "cuda", "name": "X", "driver": "1", "cuda": "13"}
    runs = [
        {**run, "busy_milliseconds": 373.85, "peak_bytes": 2**34} for run in measured()[0]["runs"]
    ]
    console = Console(width=80, file=StringIO())
    console.print(speed_view({**measured()[0], "device": device, "runs": runs}))
    text = console.file.getvalue()
    assert "\u2026" not in text
    costs = text[text.index("pruning") - 60 :]
    for word in ("selection", "unpruned", "cache", "busy ms", "GiB"):
        assert word in costs
