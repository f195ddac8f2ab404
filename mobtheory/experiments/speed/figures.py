"""What the measured times of a run say; every figure is derived from the values that are stored."""

from typing import Any

from mobtheory.experiments.speed.goals import goals_of
from mobtheory.experiments.speed.statistics import speedup, spread

Values = dict[str, dict[str, list[float]]]


def figures_of(values: Values, full: Values | None) -> dict[str, Any]:
    """The figures of a run.

    Parameters
    ----------
    values : milliseconds, one a repeat: "milliseconds" by part, "answer_milliseconds" by length
    full : those of the model as it is, over which a pruned run is faster; None for the model itself
    """
    parts, whole = values["milliseconds"], values["answer_milliseconds"]
    step = _per_token(whole)
    figures: dict[str, Any] = {
        "milliseconds": {name: spread(times) for name, times in parts.items()},
        "answer_milliseconds": {length: spread(times) for length, times in whole.items()},
        "token_milliseconds": None if step is None else spread(step),
    }
    if full is None:
        return figures
    slow, slow_answers = full["milliseconds"], full["answer_milliseconds"]
    chosen = figures["milliseconds"]["selection"]["median"]
    return figures | {
        "speedup": {
            "prefill": speedup(slow["prefill"], parts["prefill"]),
            "decoder": speedup(slow["decoder"], parts["decoder"]),
            "answers": {length: speedup(slow_answers[length], whole[length]) for length in whole},
        },
        "selection_share": {
            "of_unpruned_prefill": round(chosen / spread(slow["prefill"])["median"], 5),
            "of_own_prefill": round(chosen / figures["milliseconds"]["prefill"]["median"], 5),
        },
    }


def figured_anew(document: dict[str, Any]) -> dict[str, Any]:
    """The document with all that can be derived from its values derived from them again."""
    full = document["runs"][0]["values"]
    runs = [
        run | figures_of(run["values"], full if run["select"] else None) for run in document["runs"]
    ]
    anew = document | {"runs": runs}
    return anew | {"goals": goals_of(anew)}


def _per_token(whole: dict[str, list[float]]) -> list[float] | None:
    """Time per further token: the longest answer less the shortest; None for one length."""
    short, long = (pick(whole, key=int) for pick in (min, max))
    if short == long:
        return None
    further = int(long) - int(short)
    return [(slow - fast) / further for slow, fast in zip(whole[long], whole[short], strict=True)]
