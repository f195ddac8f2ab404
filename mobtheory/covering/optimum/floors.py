"""Lower bounds that a glance at the distances gives, each with its dual."""

from typing import NamedTuple

import numpy as np

from mobtheory.covering.optimum.certificate import Dual
from mobtheory.covering.optimum.task import CoverTask, farthest_order

_NONE = np.zeros(0, dtype=np.int64)


class Floor(NamedTuple):
    """No selection has an objective below the value, since this dual holds below it."""

    value: float
    dual: Dual


def prompt_floor(task: CoverTask) -> Floor:
    """h(P -> V): the prompt token that is farthest from all visual tokens."""
    nearest = task.prompt.min(axis=0)
    row = int(nearest.argmax())
    prices = (0,) * len(task.limits)
    return Floor(float(nearest[row]), Dual(_whole(row), _whole(1), prices, _NONE, _NONE))


def contested_floor(task: CoverTask) -> Floor | None:
    """A token that a prompt token and the token itself both need, each for its own half."""
    if task.objective != "radius" or task.visual_count < 2:
        return None
    token = task.prompt.argmin(axis=0)
    second = np.partition(task.prompt, 1, axis=0)[1]
    to_others = np.partition(task.visual[token], 1, axis=1)[:, 1]
    values = np.minimum(second, to_others)
    row = int(values.argmax())
    rows = _whole(row, task.prompt_count + int(token[row]))
    prices = (0,) * len(task.limits)
    dual = Dual(rows, _whole(1, 1), prices, _whole(int(token[row])), _whole(1))
    return Floor(float(values[row]), dual)


def packing_floor(task: CoverTask) -> Floor | str | None:
    """Half the last step of farthest-point sampling, or the triangle that forbids this bound."""
    most = task.most_visual
    if most < 1 or most + 1 > task.visual_count:
        return None
    picks = farthest_order(task.visual, [], most + 1)
    apart = task.visual[picks]
    last = float(apart[:-1, picks[-1]].min())
    if last == 0:
        return None
    near = apart < last / 2
    shared = int(np.count_nonzero(near, axis=0).argmax())
    if np.count_nonzero(near[:, shared]) > 1:
        a, b = picks[np.flatnonzero(near[:, shared])[:2]].tolist()
        there, back = float(task.visual[a, shared]), float(task.visual[shared, b])
        return (
            f"the triangle inequality fails: d({a}, {b}) = {task.visual[a, b]:g} exceeds "
            f"d({a}, {shared}) + d({shared}, {b}) = {there:g} + {back:g}; "
            "bounds that need it are not used"
        )
    rows = task.prompt_count + np.sort(picks)
    prices = (1,) * len(task.limits)
    if task.objective == "radius":
        if len(task.limits) == 2:
            prices = (0, 1)
        else:
            rows = np.concatenate([[0], rows])
    return Floor(last / 2, Dual(rows, np.ones_like(rows), prices, _NONE, _NONE))


def _whole(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)
