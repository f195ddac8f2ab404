"""What was measured so far."""

from collections.abc import Sequence
from typing import Any

from mobtheory.experiments.speed.figures import Values, figures_of
from mobtheory.experiments.speed.setting import Setting

_DIGITS = 4  # of milliseconds: the tenth of a microsecond


class Samples:
    """Times in milliseconds by setting, one a repeat, rounded as they are stored."""

    def __init__(self, settings: Sequence[Setting], answers: Sequence[int]) -> None:
        self.settings, self.answers = tuple(settings), tuple(answers)
        self.values: dict[Setting, Values] = {
            setting: {
                "milliseconds": {},
                "answer_milliseconds": {str(tokens): [] for tokens in answers},
            }
            for setting in settings
        }

    def add(self, setting: Setting, parts: dict[str, float]) -> None:
        """Note a prefill and its parts."""
        for name, time in parts.items():
            times = self.values[setting]["milliseconds"].setdefault(name, [])
            times.append(round(time, _DIGITS))

    def add_answer(self, setting: Setting, tokens: int, time: float) -> None:
        """Note a whole answer."""
        times = self.values[setting]["answer_milliseconds"][str(tokens)]
        times.append(round(time, _DIGITS))


def runs_of(samples: Samples, once: dict[Setting, dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a setting, with what was measured once; speedups are over the first setting."""
    return [_run_of(samples, setting, once[setting]) for setting in samples.settings]


def _run_of(samples: Samples, setting: Setting, once: dict[str, Any]) -> dict[str, Any]:
    full = None if setting.select is None else samples.values[samples.settings[0]]
    values = samples.values[setting]
    return {
        "name": setting.name,
        "select": setting.select,
        "dropped": float(setting.dropped),
        "kept": setting.kept,
        "layer": setting.layer,
        **figures_of(values, full),
        **once,
        "values": {kind: {n: list(t) for n, t in by.items()} for kind, by in values.items()},
    }
