"""A script that shows a failure again when it is pasted into a file or a console."""

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.testing.results import Counterexample
from mobtheory.testing.target import Algorithm
from mobtheory.testing.whole import unit_exponent

_WRITTEN_OUT = 2000


def script(
    algorithm: Algorithm, guarantee: str, found: Counterexample, options: dict[str, Any]
) -> str:
    """Write the script.

    Parameters
    ----------
    algorithm : whose failure it is
    guarantee : its id, with the parameter if it has one
    found : on which input
    options : of `assert_guarantee`, where they differ from what it takes by default

    Returns
    -------
    str
        Python; it ends in `ConformanceFailure` as long as the algorithm fails.
    """
    more = "".join(f", {name}={value!r}" for name, value in options.items())
    if found.seed:
        more = f", seed={found.seed}{more}"
    called = "select" if algorithm.reference is None else algorithm.reference.partition(":")[2]
    lines = [
        f"# {algorithm.name} breaks {guarantee}: {one_line(found)}",
        "import numpy as np",
        *(["import base64"] if found.visual.size + found.prompt.size > _WRITTEN_OUT else []),
        "from mobtheory.testing import assert_guarantee",
        *_import(algorithm),
        "",
        *_array("visual", found.visual),
        *_array("prompt", found.prompt),
        f'assert_guarantee({called}, "{guarantee}", visual, prompt, {found.budget}{more})',
    ]
    return "\n".join(lines) + "\n"


def one_line(found: Counterexample) -> str:
    """Say in one line what is broken."""
    if found.kind != "violated" or math.isnan(found.lhs):
        return found.detail.splitlines()[0] if found.detail else found.kind
    optimum = "" if found.optimum is None else f", which the centres {list(found.optimum)} show"
    told = f"{found.left} = {found.lhs:.6g} exceeds {found.right} = {found.rhs:.6g}{optimum}"
    return f"{told}; {found.detail}" if found.detail else told


def _import(algorithm: Algorithm) -> list[str]:
    if algorithm.reference is None:
        return [f"select = ...  # {algorithm.name}, which no import path names: put it here"]
    module, _, path = algorithm.reference.partition(":")
    return [f"from {module} import {path.partition('.')[0]}"]


def _array(name: str, points: NDArray[Any]) -> list[str]:
    dtype = f"np.{points.dtype}"
    if points.size <= _WRITTEN_OUT:
        made = _written_out(points, dtype)
    else:
        text = base64.b64encode(np.ascontiguousarray(points).tobytes()).decode()
        made = f'np.frombuffer(base64.b64decode("{text}"), {dtype}).reshape{points.shape}.copy()'
    if not points.flags.c_contiguous:
        order = "F" if points.flags.f_contiguous else "strided"
        made = f"np.asfortranarray({made})" if order == "F" else _strided(points, made)
    frozen = [] if points.flags.writeable else [f"{name}.flags.writeable = False"]
    return [f"{name} = {made}", *frozen]


def _written_out(points: NDArray[Any], dtype: str) -> str:
    """As whole numbers, or those times a power of two, or as floats: the very same values."""
    values = points.astype(np.float64)
    exponent = unit_exponent(values)
    negative_zeros = (np.signbit(values) & (values == 0)).any()
    for scale in (0, exponent):
        with np.errstate(over="ignore"):
            whole = np.ldexp(values, -scale)
        if not negative_zeros and (whole == np.round(whole)).all() and abs(whole).max() < 2.0**31:
            times = f" * np.{points.dtype}(2.0**{scale})" if scale else ""
            return f"np.array({whole.astype(np.int64).tolist()}, dtype={dtype}){times}"
    return f"np.array({values.tolist()}, dtype={dtype})"


def _strided(points: NDArray[Any], made: str) -> str:
    steps = ", ".join("::2" if s >= 0 else "::-2" for s in points.strides)
    flips = ", ".join("::1" if s >= 0 else "::-1" for s in points.strides)
    return f"np.repeat(np.repeat(({made})[{flips}], 2, 0), 2, 1)[{steps}]"
