"""What a measurement of speed holds, on the CPU."""

from fractions import Fraction
from functools import cache

import jsonschema
import numpy as np
import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed import SELECTORS, as_lengths, as_ratio, measure_speed
from mobtheory.experiments.speed.choosing import choose_model
from mobtheory.experiments.speed.clock import HostClock, clock_for
from mobtheory.experiments.speed.goals import goals_of
from mobtheory.experiments.speed.kernels import attention_kernels
from mobtheory.experiments.speed.memory import memory_of
from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import RATIOS, settings_for
from mobtheory.experiments.speed.statistics import speedup, spread
from mobtheory.experiments.speed.subject import subject_for
from mobtheory.models import load
from mobtheory.report.schema import schema_of, violations
from mobtheory.report.speed_view import facts, goal_line

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
            assert run["milliseconds"][name]["median"] == pytest.approx(sorted(times)[1], abs=1e-3)
        assert run["milliseconds"]["decoder"]["median"] < run["milliseconds"]["prefill"]["median"]
    for run in pruned:
        slow, fast = (np.asarray(r["values"]["answer_milliseconds"]["3"]) for r in (full, run))
        found = run["speedup"]["answers"]["3"]
        assert found["estimate"] == pytest.approx(np.median(slow / fast), rel=1e-2)
        assert found["lower"] <= found["estimate"] <= found["upper"]
        times = run["milliseconds"]
        assert 0 < times["selection"]["median"] < times["pruning"]["median"]
        assert times["pruning"]["median"] < times["decoder"]["median"]


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


def test_the_interval_of_a_speedup_holds_the_ratio_of_noisy_times():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        drift = rng.uniform(1, 2, size=25)  # clocks fall: both are touched
        slow, fast = (scale * drift * rng.lognormal(sigma=0.05, size=25) for scale in (30.0, 10.0))
        found = speedup(slow, fast)
        held += found["lower"] <= 3.0 <= found["upper"]
        assert found["upper"] - found["lower"] < 0.6
    assert held / 200 >= 0.88


def test_a_spread_has_the_quartiles():
    assert spread(range(101)) == {"lower_quartile": 25, "median": 50, "upper_quartile": 75}


def goal_document(estimate, lower, share):
    found = {"estimate": estimate, "lower": lower, "upper": estimate}
    run = {
        "select": "mob",
        "dropped": 8 / 9,
        "speedup": {"prefill": found, "decoder": found, "answers": {"4": found}},
        "selection_share": {"of_unpruned_prefill": share, "of_own_prefill": 3 * share},
    }
    return {
        "model": {"name": "llava-next-7b"},
        "device": {"kind": "cuda"},
        "runs": [{"select": None, "dropped": 0.0}, run],
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
    assert lines[0] == "Goal, speedup of prefill at least 3.0: 3.2, NOT MET."


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
    ):
        assert part in text
