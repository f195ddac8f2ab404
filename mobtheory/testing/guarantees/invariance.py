"""What must not matter: the order of the tokens, where they lie, their scale and their storage."""

import math

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls
from mobtheory.testing.finding import Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs
from mobtheory.testing.guarantees.transformations import Arrays, Change, compare

_STEPS = (0, 3, -7, 30, -100, 1000)
_FEW_AXES = 4
_EXPONENTS = {np.dtype(np.float64): 40, np.dtype(np.float32): 10}
_HIGHEST = {np.dtype(np.float64): 200, np.dtype(np.float32): 50}
"""Powers of two that coordinates stay within, so that squares neither overflow nor underflow."""


def _permuted(calls: Calls, given: CoveringInput) -> Finding:
    rng = np.random.default_rng(given.seed)
    count, length = len(given.visual), len(given.prompt)
    # The reverse order first: it is the plainest permutation of all.
    rows = rng.permutation(count) if given.seed else np.arange(count)[::-1].copy()
    prompt_rows = rng.permutation(length) if given.seed else np.arange(length)[::-1].copy()

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        return visual[rows], prompt[prompt_rows]

    told = "in another order" if given.seed else "in reverse order"
    return compare(calls, given, Change(told, apply, rows=rows))


def _moved(calls: Calls, given: CoveringInput) -> Finding | None:
    """A translation, axes exchanged and reflected, and where nothing is exact a rotation."""
    rng = np.random.default_rng(given.seed)
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    # Directions change when tokens are translated, and other norms when they are rotated.
    from_origin = calls.normalize or calls.metric == "cosine"
    turns = calls.metric in ("euclidean", "cosine")
    changes: list[Change | None] = [_exchange(given, rng)]
    if (both == np.round(both)).all():
        changes += [_translation(given, both, rng) for _ in range(0 if from_origin else 3)]
    else:
        changes += [_rotation(both, given, rng)] if turns else []
        changes += [] if from_origin else [_shift(both, given, rng)]
    findings = [compare(calls, given, change) for change in changes if change is not None]
    return next((f for f in findings if f.broken), findings[-1])


def _translation(
    given: CoveringInput, both: NDArray[np.float64], rng: np.random.Generator
) -> Change | None:
    """By integers, far and near; None where the dtype does not hold the new coordinates."""
    d = given.visual.shape[1]
    steps = np.array(rng.choice(_STEPS, d), dtype=np.float64)
    moved = both + steps
    if not (moved.astype(given.visual.dtype) - steps == both).all():
        return None

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        moved = [(a + steps).astype(a.dtype) for a in (visual, prompt)]
        return moved[0], moved[1]

    told = f" by {steps.astype(int).tolist()}" if d <= _FEW_AXES else ""
    return Change(f"after a translation{told}", apply)


def _shift(both: NDArray[np.float64], given: CoveringInput, rng: np.random.Generator) -> Change:
    """A translation by about the extent of the tokens, which rounds."""
    extent = float(np.ptp(both, axis=0).max())
    steps = extent * rng.normal(size=both.shape[1])
    moved = both + steps
    unit = float(np.finfo(given.visual.dtype).eps)
    allowance = 4 * math.sqrt(both.shape[1]) * unit * float(np.abs(moved).max())

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        moved = [(a.astype(np.float64) + steps).astype(a.dtype) for a in (visual, prompt)]
        return moved[0], moved[1]

    return Change("after a translation", apply, allowance=allowance)


def _exchange(given: CoveringInput, rng: np.random.Generator) -> Change:
    d = given.visual.shape[1]
    axes, signs = rng.permutation(d)[::-1].copy(), rng.choice([-1.0, 1.0], d)
    if not given.seed:
        axes, signs = np.arange(d)[::-1].copy(), -np.ones(d)

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        moved = [(a[:, axes] * signs).astype(a.dtype) for a in (visual, prompt)]
        return moved[0], moved[1]

    told = f" to {_plain(axes, signs)}" if d <= _FEW_AXES else ""
    return Change(f"with axes exchanged and reflected{told}", apply)


def _plain(axes: NDArray[np.int64], signs: NDArray[np.float64]) -> str:
    named = (f"{'-' if s < 0 else ''}x{a}" for a, s in zip(axes, signs, strict=True))
    return f"({', '.join(named)})"


def _rotation(both: NDArray[np.float64], given: CoveringInput, rng: np.random.Generator) -> Change:
    """A random rotation; the allowance is what rounding does to a length."""
    d = both.shape[1]
    q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    unit = float(np.finfo(given.visual.dtype).eps)
    size = float(np.sqrt((both * both).sum(axis=1)).max())
    defect = float(np.linalg.norm(q.T @ q - np.eye(d)))
    allowance = 2 * size * defect + 4 * math.sqrt(d) * (d * 2.0**-52 + unit) * size

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        moved = [(a.astype(np.float64) @ q).astype(a.dtype) for a in (visual, prompt)]
        return moved[0], moved[1]

    return Change("after a rotation", apply, allowance=allowance)


def _scaled(calls: Calls, given: CoveringInput) -> Finding:
    rng = np.random.default_rng(given.seed)
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    largest = float(np.abs(both).max())
    power, bound = _EXPONENTS[given.visual.dtype], _HIGHEST[given.visual.dtype]
    exponent = int(rng.integers(-power, power + 1)) if given.seed else -power
    smallest = float(np.abs(both[both != 0]).min()) if largest else 1.0
    if largest:
        exponent = min(exponent, bound - math.frexp(largest)[1])
        exponent = max(exponent, -bound - math.frexp(smallest)[1])
    factor = 2.0**exponent

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        scaled = [(a * a.dtype.type(factor)).astype(a.dtype) for a in (visual, prompt)]
        return scaled[0], scaled[1]

    return compare(calls, given, Change(f"scaled by 2**{exponent}", apply, stretch=factor))


def _laid_out(calls: Calls, given: CoveringInput) -> Finding:
    kind = given.seed % 4
    told = (
        "as a copy in Fortran order",
        "as a view of every second row and column",
        "as a view with negative strides",
        "as a read-only copy",
    )[kind]

    def apply(visual: NDArray[np.float64], prompt: NDArray[np.float64]) -> Arrays:
        changed = [_in_layout(a, kind) for a in (visual, prompt)]
        return changed[0], changed[1]

    return compare(calls, given, Change(told, apply))


def _in_layout(points: NDArray[np.float64], kind: int) -> NDArray[np.float64]:
    if kind == 0:
        return np.array(points, order="F")
    if kind == 3:
        copy = np.array(points, order="C")
        copy.flags.writeable = False
        return copy
    step = 2 if kind == 1 else -2
    room = np.full([2 * n for n in points.shape], np.nan, dtype=points.dtype)
    view = room[::step, ::step]
    view[...] = points
    return view


INVARIANCES = (
    Guarantee(
        id="permutation-equivariant",
        title="The order of the tokens plays no part",
        statement="Off ties its radii are the same in whatever order the tokens come.",
        claim="definition-1",
        check=_permuted,
        inputs=exact_inputs(kinds=["grid", "inside", "outlier", "lattice", "line"]),
    ),
    Guarantee(
        id="isometry-invariant",
        title="Only distances matter",
        statement="Off ties its radii stay when all tokens are moved by one isometry.",
        claim="definition-1",
        check=_moved,
        inputs=exact_inputs(kinds=["grid", "inside", "coincident", "lattice", "outlier"]),
    ),
    Guarantee(
        id="scale-invariant",
        title="The unit of length plays no part",
        statement="Off ties its radii scale with the tokens.",
        claim="definition-1",
        check=_scaled,
    ),
    Guarantee(
        id="layout-invariant",
        title="The memory layout plays no part",
        statement="Off ties its radii are the same for arrays in C and Fortran order, strided "
        "views and read-only arrays.",
        claim="definition-1",
        check=_laid_out,
    ),
)
