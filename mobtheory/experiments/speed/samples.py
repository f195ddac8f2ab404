"""What was measured so far, and what it says."""

from collections.abc import Sequence
from typing import Any

from mobtheory.experiments.speed.setting import Setting
from mobtheory.experiments.speed.statistics import speedup, spread


class Samples:
    """Times in milliseconds by setting, one a repeat."""

    def __init__(self, settings: Sequence[Setting], answers: Sequence[int]) -> None:
        self.settings, self.answers = tuple(settings), tuple(answers)
        self.parts: dict[Setting, dict[str, list[float]]] = {s: {} for s in settings}
        self.whole: dict[Setting, dict[int, list[float]]] = {
            s: {tokens: [] for tokens in answers} for s in settings
        }

    def add(self, setting: Setting, parts: dict[str, float]) -> None:
        """Note a prefill and its parts."""
        for name, time in parts.items():
            self.parts[setting].setdefault(name, []).append(time)

    def add_answer(self, setting: Setting, tokens: int, time: float) -> None:
        """Note a whole answer."""
        self.whole[setting][tokens].append(time)

    def per_token(self, setting: Setting) -> list[float] | None:
        """Time per further token: the longest answer less the shortest; None for one length."""
        short, long = min(self.answers), max(self.answers)
        if short == long:
            return None
        times = self.whole[setting]
        return [
            (slow - fast) / (long - short)
            for slow, fast in zip(times[long], times[short], strict=True)
        ]


def runs_of(samples: Samples, once: dict[Setting, dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a setting, with what was measured once; speedups are over the first setting."""
    return [_run_of(samples, setting, once[setting]) for setting in samples.settings]


def _run_of(samples: Samples, setting: Setting, once: dict[str, Any]) -> dict[str, Any]:
    parts, whole = samples.parts[setting], samples.whole[setting]
    step = samples.per_token(setting)
    run: dict[str, Any] = {
        "name": setting.name,
        "select": setting.select,
        "dropped": float(setting.dropped),
        "kept": setting.kept,
        "layer": setting.layer,
        "milliseconds": {name: spread(times) for name, times in parts.items()},
        "answer_milliseconds": {str(tokens): spread(times) for tokens, times in whole.items()},
        "token_milliseconds": None if step is None else spread(step),
        **once,
        "values": {
            "milliseconds": {name: _rounded(times) for name, times in parts.items()},
            "answer_milliseconds": {str(n): _rounded(times) for n, times in whole.items()},
        },
    }
    if setting.select is not None:
        base = samples.settings[0]
        full = samples.parts[base]
        run["speedup"] = {
            "prefill": speedup(full["prefill"], parts["prefill"]),
            "decoder": speedup(full["decoder"], parts["decoder"]),
            "answers": {
                str(n): speedup(samples.whole[base][n], times) for n, times in whole.items()
            },
        }
        chosen = run["milliseconds"]["selection"]["median"]
        run["selection_share"] = {
            "of_unpruned_prefill": round(chosen / spread(full["prefill"])["median"], 5),
            "of_own_prefill": round(chosen / run["milliseconds"]["prefill"]["median"], 5),
        }
    return run


def _rounded(times: Sequence[float]) -> list[float]:
    return [round(time, 4) for time in times]
