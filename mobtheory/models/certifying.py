"""What pruning at a decoder layer changes in this very input, and what cannot be exceeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.attention import (
    certify,
    layer_bound,
    layer_error,
    merge_error,
    pruning_error,
)
from mobtheory.errors import InvalidProblem, InvalidSelection, UnsupportedModel
from mobtheory.models.arithmetic import attention_rounding, layer_rounding
from mobtheory.models.layer_call import LayerCall
from mobtheory.models.layer_pass import LayerPass
from mobtheory.models.nearest import nearest_kept

Float = NDArray[np.float64]
Method = Literal["plain", "log-count"]


@dataclass(frozen=True, eq=False)
class LayerCertificate:
    """One row of a batch: the error of pruning at one layer, and upper bounds with their names.

    Every array has shape (R,), one entry for each prompt row, that is for each text token after
    the last visual one; the last is the row that the answer is read from. All are float64.

    Attributes
    ----------
    layer : the decoder layer whose input was pruned
    method : "plain", or "log-count" where dropped tokens were merged by their number
    rows : places of the prompt rows among the row's tokens
    error : ||z - z_s||, the exact change of the residual stream after attention, computed in
        float64 from the layer's queries, keys and values
    measured : the same as the layer itself computed it, in its own dtype
    rounding : at least |measured - error|
    bounds : upper bounds of `error` and of `measured`.  "attention": B of 9.6, from the exact
        error of each head; the others put a bound of each head in its place: "minimax-plain"
        (9.2), "hybrid" (9.4), "tanh-plain" and "tanh-log-count" (9.5), "total-variation" (9.3)
    layer_error : ||y - y_s||, the change of the residual stream after the whole layer, measured
    layer_bounds : upper bounds of it.  "layer": 9.6, from B; "layer-exact": the same from
        `error`. Empty where the MLP is no SwiGLU.

    Notes
    -----
    One layer, one input: nothing is said of the layers behind. Later layers can enlarge the error
    or make it vanish.
    """

    layer: int
    method: Method
    rows: NDArray[np.int64]
    error: Float
    measured: Float
    rounding: Float
    bounds: Mapping[str, Float]
    layer_error: Float
    layer_bounds: Mapping[str, Float]

    @property
    def is_resolved(self) -> NDArray[np.bool_]:
        """Whether each error exceeds the rounding: else the bounds mostly speak of rounding."""
        return self.error > self.rounding


def certify_pruning(
    call: LayerCall,
    kept: Any,
    *,
    method: Method = "plain",
    assignment: Any = None,
    full: LayerPass | None = None,
) -> LayerCertificate:
    """Certify what pruning does to one row at one decoder layer.

    Parameters
    ----------
    call : one row, from `read_layer`
    kept : (K,) integers, the kept visual tokens counted from 0, sorted and unique
    method : "plain", or "log-count" where log n_s is added to the logits of kept tokens
    assignment : (N,) integers, the kept visual token, counted among all N, to which each visual
        token goes; kept ones to themselves.  For "log-count" the default is `nearest_kept`, for
        "plain", where it serves the bound "tanh-plain" only, the kept token nearest in value.
    full : what ``call.run()`` returned, where it is known already

    Returns
    -------
    LayerCertificate

    Raises
    ------
    UnsupportedModel
        When what the layer computes is not softmax attention of its queries, keys and values
        with the output projections: the error in closed form and the measured one differ by more
        than rounding explains.
    InvalidSelection
        As in `LayerCall.run`; also when an assignment is no such array.
    InvalidProblem
        When the method is unknown.

    Examples
    --------
    >>> from mobtheory.models import certify_pruning, load, read_layer
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = "USER: <image> what is the background colour ? ASSISTANT:"
    >>> (call,) = read_layer(model, model.inputs(held_out_scene(0).image, prompt), layer=2)
    >>> certificate = certify_pruning(call, range(0, 144, 3))
    >>> sorted(certificate.bounds)
    ['attention', 'hybrid', 'minimax-plain', 'tanh-plain']
    >>> bool((certificate.bounds["attention"] >= certificate.measured).all())
    True
    """
    if method not in ("plain", "log-count"):
        raise InvalidProblem(
            "certify_pruning",
            f"method={method!r}",
            "certificates are known for discarding and for merging by number",
            'Pass "plain" or "log-count".',
        )
    call.places(kept)  # refuses what is no selection, before anything is counted
    bias, kept = None, np.asarray(kept.cpu() if isinstance(kept, torch.Tensor) else kept)
    if method == "log-count" and kept.size == 0:
        method = "plain"  # nothing is left to stand for a dropped token
    if assignment is not None:
        assignment = _checked(call, kept, assignment)
    if method == "log-count":
        if assignment is None:
            assignment = nearest_kept(call.hidden[torch.as_tensor(call.visual)], kept)
        bias = np.log(np.bincount(assignment, minlength=len(call.visual))[kept])
    goes_to = None if assignment is None else _in_row(call, assignment)
    before, after = call.run() if full is None else full, call.run(kept, bias=bias)
    stays = np.isin(before.places, after.places)
    # From logits: weights of kept tokens may underflow.
    if method == "plain":
        errors = pruning_error(before.logits, before.values, stays, from_logits=True)
    else:
        errors = merge_error(before.logits, before.values, stays, goes_to, from_logits=True)
    heads = certify(
        before.logits, before.values, stays, method=method, assignment=goes_to, from_logits=True
    )
    norms, output = call.weights.output_norms, call.weights.output
    error = np.linalg.norm(np.reshape(layer_error(errors, output), (-1, output.shape[1])), axis=-1)
    head_rounding = norms @ heads.rounding
    rounding = (
        attention_rounding(before, call.weights, call.hidden)
        + attention_rounding(after, call.weights, call.hidden, 0.0 if bias is None else bias.max())
        + head_rounding
    )
    measured = np.linalg.norm(before.after_attention - after.after_attention, axis=-1)
    _check_closed_form(call, error, measured, rounding)
    bounds = {
        "attention": norms @ np.linalg.norm(errors, axis=-1) * (1 + 1e-12) + head_rounding,
        **{name: norms @ bound * (1 + 1e-12) for name, bound in heads.bounds.items()},
    }
    return LayerCertificate(
        layer=call.layer,
        method=method,
        rows=call.prompt,
        error=error,
        measured=measured,
        rounding=rounding,
        bounds=MappingProxyType({name: bound + rounding for name, bound in bounds.items()}),
        layer_error=np.linalg.norm(before.after_layer - after.after_layer, axis=-1),
        layer_bounds=MappingProxyType(
            _layer_bounds(call, before, after, bounds["attention"] + rounding, error + rounding)
        ),
    )


def _checked(call: LayerCall, kept: NDArray[np.int64], assignment: Any) -> NDArray[np.int64]:
    array = np.asarray(assignment)
    fits = array.shape == call.visual.shape and array.dtype.kind in "iu"
    if not fits or not np.isin(array, kept).all() or not np.array_equal(array[kept], kept):
        raise InvalidSelection(
            "certify_pruning",
            f"an assignment of shape {array.shape} and dtype {array.dtype}",
            f"each of {len(call.visual)} visual tokens goes to a kept one, kept ones to themselves",
            "Count visual tokens from 0, or leave it out for the nearest kept token.",
        )
    return array.astype(np.int64)


def _in_row(call: LayerCall, assignment: Any) -> NDArray[np.int64]:
    """The assignment over all tokens of the row; text stays where it is."""
    places = np.arange(len(call.hidden))
    places[call.visual] = call.visual[np.asarray(assignment)]
    return places


def _check_closed_form(call: LayerCall, error: Float, measured: Float, rounding: Float) -> None:
    off = np.abs(measured - error)
    if not bool((off <= rounding).all()):
        worst = int(np.argmax(off - rounding))
        raise UnsupportedModel(
            "certify_pruning",
            f"layer {call.layer}, a {type(call.module).__name__}",
            f"it changes by {measured[worst]:.6g} where softmax attention of its own queries, "
            f"keys and values changes by {error[worst]:.6g}, and rounding explains "
            f"{rounding[worst]:.2g}",
            "Only plain softmax attention (no soft cap, no sink, no gate) can be certified, and "
            "outside torch.autocast.",
        )


def _layer_bounds(
    call: LayerCall, before: LayerPass, after: LayerPass, attention: Float, exact: Float
) -> dict[str, Float]:
    weights = call.weights
    rounding = layer_rounding((before, after), weights, call.hidden.dtype)
    if weights.mlp_lipschitz is None or rounding is None:
        return {}

    def bound(size: float, state: Float) -> float:
        if not np.isfinite(size):
            return np.inf
        return layer_bound(
            size,
            state,
            mlp_lipschitz=weights.mlp_lipschitz or 0.0,
            gain=weights.gain,
            epsilon=weights.epsilon,
        )

    # Of the computed z and z_s, at most `size` apart: their rounding is part of `size`.
    return {
        name: np.array(
            [bound(float(s), z) for s, z in zip(sizes, before.after_attention, strict=True)]
        )
        + rounding
        for name, sizes in (("layer", attention), ("layer-exact", exact))
    }
