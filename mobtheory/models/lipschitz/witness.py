"""The pair with the largest lower bound: saved, read again, and measured again."""

import os
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.geometry import hausdorff
from mobtheory.models.lipschitz.noise import NOISE, noise_level
from mobtheory.models.lipschitz.outputs import (
    READINGS,
    NetworkFunction,
    Variant,
    every_token,
)
from mobtheory.models.lipschitz.pairs import Pair
from mobtheory.models.lipschitz.sample import Float, Places, Sample, sample_of
from mobtheory.models.submodel import rest_of_network

_ELSEWHERE = 0.5
"""Of the noise, what a change may differ by on another machine: kernels sum in another order. The
other half covers what rounding did on the embedded model, so the lower bound holds there too."""


@dataclass(frozen=True, eq=False)
class Witness:
    """Two token sets, what they cost in d_H, and how far F moves between them.

    Whatever constant C stands in Assumption 1, a pruning shows that it is at least `lower_bound`.

    Attributes
    ----------
    model, layer, dtype : where it was found
    family : how; "moved" is no pruning, all others are
    reading : in which the ratio is meant, out of `READINGS`
    sample : number of the input
    tokens : (n, d) float64, X with the text before the picture
    positions : (n,) or (3, n) position ids
    visual, prompt : places of V and P in X; X = V u P counts for d_H
    places : (m,) places of the tokens of X'
    moved : (n, d) float64, what the tokens of X' were moved to, or None
    distance : d_H(X, X')
    changes : (3,) ||F(X) - F(X')|| by reading, as computed in that dtype
    norms : (3,) ||F(X)|| by reading
    """

    model: str
    layer: int
    dtype: str
    family: str
    reading: str
    sample: int
    tokens: Float
    positions: NDArray[np.int64]
    visual: Places
    prompt: Places
    places: Places
    moved: Float | None
    distance: float
    changes: Float
    norms: Float

    @property
    def noise(self) -> Float:
        """(3,) how far rounding alone may move the changes: `NOISE` times the norms."""
        return noise_level(self.dtype) * self.norms

    @property
    def lower_bound(self) -> float:
        """max(0, ||F(X) - F(X')|| - noise) / d_H(X, X'): C is at least this, perhaps much more."""
        certain = np.maximum(0.0, self.changes - self.noise)
        return float(certain[READINGS.index(self.reading)] / self.distance)

    def __repr__(self) -> str:
        return (
            f"Witness({self.model}, layer {self.layer}, {self.family}: C is at least "
            f"{self.lower_bound:.6g} in the reading {self.reading!r})"
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a ``.npz`` file without pickle: the old file stays until the new one is complete.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        target = Path(path)
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        arrays = {key: np.asarray(value) for key, value in values.items() if value is not None}
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".witness-", suffix=".npz", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        return target

    def verify(self, model: Any) -> None:
        """Measure the pair again on a model.

        Raises
        ------
        UnsupportedModel
            When the dtype, d_H, a change or a norm differs from what the witness says: another
            model, other weights, or a file that was altered. Also when the change is no larger than
            rounding: then nothing was shown.
        """
        found = measured(self, model)
        allowed = _ELSEWHERE * noise_level(self.dtype) * found.norms
        agrees = (
            found.dtype == self.dtype
            and bool(np.isclose(found.distance, self.distance, rtol=1e-12, atol=0))
            and bool((np.abs(found.changes - self.changes) <= allowed).all())
            and bool((np.abs(found.norms - self.norms) <= allowed).all())
        )
        if not agrees:
            raise UnsupportedModel(
                "Witness.verify",
                f"d_H {found.distance:.9g}, changes {_listed(found.changes)} and norms "
                f"{_listed(found.norms)} in {found.dtype}",
                f"the witness of {self.model} at layer {self.layer} says {self.distance:.9g}, "
                f"{_listed(self.changes)} and {_listed(self.norms)} in {self.dtype}",
                "Load the model that it was measured on, in the same dtype, or measure again.",
            )
        if self.lower_bound == 0:
            raise UnsupportedModel(
                "Witness.verify",
                f"changes {_listed(self.changes)}",
                f"rounding to {self.dtype} alone may give {_listed(self.noise)}",
                "Measure again with the model in float32.",
            )


@dataclass(frozen=True, eq=False)
class Measured:
    """A pair as it was measured just now."""

    dtype: str
    distance: float
    changes: Float
    norms: Float


def witness_of(
    pair: Pair, sample: Sample, function: NetworkFunction, name: str, reading: str
) -> Witness:
    """Write a pair down, measured once more by itself: batches round a little differently."""
    assert pair.variant is not None
    moved = pair.variant.hidden
    found = _measure(function, sample, pair.variant)
    return Witness(
        name,
        function.rest.layer,
        found.dtype,
        pair.family,
        reading,
        sample.number,
        sample.hidden.detach().double().cpu().numpy(),
        sample.positions.cpu().numpy().astype(np.int64),
        sample.visual,
        sample.prompt,
        pair.variant.places,
        None if moved is None else moved.detach().double().cpu().numpy(),
        found.distance,
        found.changes,
        found.norms,
    )


def load_witness(path: str | PathLike[str], model: Any = None) -> Witness:
    """Read a witness; with a model, measure it again on that.

    Parameters
    ----------
    path : what `Witness.save` wrote
    model : what `load` returns, or None to read only

    Returns
    -------
    Witness

    Raises
    ------
    InvalidProblem
        For a file that is no witness: nothing in it is ever unpickled.
    UnsupportedModel
        When the model does not give the ratio that the file holds.
    OSError
        For a file that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from mobtheory.models import load, load_witness, measure_lipschitz
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> which shape is most common ? ASSISTANT:"
    >>> inputs = model.inputs(held_out_scene(0).image, prompt)
    >>> evidence = measure_lipschitz(model, inputs, layer=2, rounds=0, steps=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = evidence.witness.save(f"{folder}/witness.npz")
    ...     load_witness(path, model).lower_bound == evidence.lower_bound
    True
    """
    name = os.fspath(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise _no_witness(name, f"{type(error).__name__}: {error}") from error
    witness = _checked(name, arrays)
    if model is not None:
        witness.verify(model)
    return witness


def measured(witness: Witness, model: Any) -> Measured:
    """Measure d_H and the changes of a witness on a model."""
    rest = rest_of_network(model, witness.layer)
    function = NetworkFunction(rest)
    network = model.model if hasattr(model, "processor") else model
    like = {"dtype": network.dtype, "device": network.device}
    hidden = torch.as_tensor(witness.tokens).to(**like)
    positions = torch.as_tensor(witness.positions, device=network.device)
    sample = sample_of(witness.sample, hidden, positions, witness.visual, witness.prompt)
    moved = None if witness.moved is None else torch.as_tensor(witness.moved).to(**like)
    return _measure(function, sample, Variant(witness.places, hidden=moved))


def _measure(function: NetworkFunction, sample: Sample, variant: Variant) -> Measured:
    """Each set in a batch of its own; d_H between the very arrays that F is given."""
    (before,), (after,) = function(sample, [every_token(sample)]), function(sample, [variant])
    tokens = sample.hidden if variant.hidden is None else variant.hidden
    exact = tokens.detach().double().cpu().numpy()
    own = np.isin(variant.places, np.concatenate([sample.visual, sample.prompt]))
    distance = hausdorff(sample.points, exact[variant.places[own]])
    return Measured(sample.dtype, distance, before.change(after), before.norms)


def _checked(name: str, arrays: Mapping[str, Any]) -> Witness:
    wanted = {f.name for f in fields(Witness)}
    if not wanted - {"moved"} <= set(arrays) <= wanted:
        raise _no_witness(name, f"arrays {sorted(arrays)}")
    tokens, positions = arrays["tokens"], arrays["positions"]
    moved = arrays.get("moved")
    count = len(tokens) if tokens.ndim == 2 else 0
    places = {key: arrays[key] for key in ("visual", "prompt", "places")}
    rules = {
        "tokens are a finite (n, d) float64 array": count > 0
        and tokens.dtype == np.float64
        and bool(np.isfinite(tokens).all()),
        "positions are integers, one for each token": positions.dtype == np.int64
        and positions.shape in ((count,), (3, count)),
        "places are ascending and in range": all(
            part.ndim == 1
            and part.dtype == np.int64
            and part.size > 0
            and bool(((part >= 0) & (part < count)).all())
            and bool((np.diff(part) >= 0).all())
            for part in places.values()
        ),
        "moved tokens have the shape of the tokens": moved is None
        or (moved.shape == tokens.shape and bool(np.isfinite(moved).all())),
        "the reading is known": str(arrays["reading"]) in READINGS,
        "d_H is positive": arrays["distance"].shape == () and arrays["distance"] > 0,
        "there is one finite change and norm for each reading": all(
            arrays[key].shape == (len(READINGS),) and bool(np.isfinite(arrays[key]).all())
            for key in ("changes", "norms")
        ),
        "the rounding of the dtype is known": str(arrays["dtype"]) in NOISE,
        "tokens are moved in the family of that name": (moved is not None)
        == (str(arrays["family"]) == "moved"),
    }
    for rule, kept in rules.items():
        if not kept:
            raise _no_witness(name, rule)
    text = {key: str(arrays[key]) for key in ("model", "dtype", "family", "reading")}
    return Witness(
        **text,
        layer=int(arrays["layer"]),
        sample=int(arrays["sample"]),
        tokens=tokens,
        positions=positions,
        **places,
        moved=moved,
        distance=float(arrays["distance"]),
        changes=arrays["changes"],
        norms=arrays["norms"],
    )


def _listed(values: Float) -> str:
    return ", ".join(f"{value:.6g}" for value in values)


def _no_witness(name: str, why: str) -> InvalidProblem:
    return InvalidProblem(
        "load_witness",
        f"{name!r} ({why})",
        "this is no file that Witness.save wrote",
        "Measure again with `mobtheory model lipschitz --witness FILE`.",
    )
