"""Calibration of the coupling: the threshold between weak and strong, if there are two clusters."""

import json
import math
from dataclasses import asdict, dataclass, fields
from os import PathLike, fspath
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_type_hints

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array
from mobtheory.pruning.coupling import MEASURES, couplings

FORMAT = "mobtheory coupling calibration"
Regime = Literal["weak", "strong", "undivided"]
_MEND = "Make one with `mobtheory model coupling MODEL --calibration FILE`."


@dataclass(frozen=True)
class CouplingCalibration:
    """What one measure of coupling is like on one layer of one model.

    Attributes
    ----------
    model, revision : name or path and hub revision of the model it was measured on
    weights : fingerprint of that model's weights, by which it is known again
    layer : the decoder layer whose input was measured, counted from 0
    metric : one of `MEASURES`
    normalize : whether tokens were scaled to length 1
    tau : threshold, Otsu's split of the measured values
    tau_interval : 95 % bootstrap interval of it
    separability : share of the variance that lies between the two sides of tau, 0 to 1
    gaussian_p : how likely one Gaussian is to have a separability as large
    unimodal_p : how likely a flat distribution, or one with a narrow peak beside a flat part, is to
        show two modes as distinct; tied values do so more often
    level : of both tests
    clusters : whether there are two clusters: both p values are at most the level
    n : samples measured
    samples : what they were, in words
    seed : of the tests and the interval
    versions : of what took part

    Notes
    -----
    Where `clusters` is false tau is the best split all the same, and splits nothing that was found
    to be divided; `regime` then says "undivided".
    """

    model: str
    revision: str | None
    weights: str
    layer: int
    metric: str
    normalize: bool
    tau: float
    tau_interval: tuple[float, float]
    separability: float
    gaussian_p: float
    unimodal_p: float
    level: float
    clusters: bool
    n: int
    samples: str
    seed: int
    versions: dict[str, str | None]

    def regime(self, coupling: float) -> Regime:
        """Whether a coupling is weak (above tau), strong, or of one undivided cluster.

        Parameters
        ----------
        coupling : of one input, by this calibration's metric; `measure` gives it

        Raises
        ------
        InvalidProblem
            For a coupling that is no distance: negative, NaN or infinite.

        Notes
        -----
        "Weak" is a large distance: Algorithm 2 of arXiv 2505.10118 gives such inputs more prompt
        centres. Whether their questions are harder is not assumed.

        Examples
        --------
        >>> from dataclasses import replace
        >>> two = CouplingCalibration(
        ...     "embedded", None, "0" * 64, 2, "hausdorff", True, 1.2, (1.1, 1.3), 0.9, 0.001,
        ...     0.001, 0.05, True, 100, "held-out scenes", 0, {})
        >>> two.regime(1.4), two.regime(1.2), replace(two, clusters=False).regime(1.4)
        ('weak', 'strong', 'undivided')
        """
        if not (math.isfinite(coupling) and coupling >= 0):
            raise InvalidProblem(
                "CouplingCalibration.regime",
                f"coupling {coupling!r}",
                "a coupling is a distance: finite and not negative",
                "Measure it with this calibration's `measure(visual, prompt)`.",
            )
        if not self.clusters:
            return "undivided"
        return "weak" if coupling > self.tau else "strong"

    def measure(self, visual: Array, prompt: Array) -> float:
        """The coupling of one input by this calibration's metric and normalisation.

        Parameters
        ----------
        visual, prompt : arrays of shape (N, d) and (L, d): tokens that enter `layer`
        """
        return couplings(visual, prompt, normalize=self.normalize)[self.metric]

    def require(
        self,
        *,
        weights: str,
        layer: int,
        metric: str | None = None,
        normalize: bool | None = None,
    ) -> None:
        """Refuse another model, layer, metric or scale of tokens than was measured.

        Parameters
        ----------
        weights : fingerprint of the model in use, as `models.weights_fingerprint` gives it
        layer : the layer at which coupling is measured
        metric, normalize : how it is measured, where that is not left to `measure`

        Raises
        ------
        InvalidProblem
            When tau would be compared with distances of another space.
        """
        measured = f"a calibration of {self.model!r} at layer {self.layer}"
        if weights != self.weights:
            raise InvalidProblem(
                "CouplingCalibration.require",
                f"{measured} with weights {self.weights[:12]}…, asked for weights {weights[:12]}…",
                "it is of another model, whose distances say nothing about this one's",
                _MEND,
            )
        if layer != self.layer:
            raise InvalidProblem(
                "CouplingCalibration.require",
                f"{measured}, asked for layer {layer}",
                "distances at one layer say nothing about another",
                _MEND,
            )
        for name, asked in (("metric", metric), ("normalize", normalize)):
            made = getattr(self, name)
            if asked is not None and asked != made:
                raise InvalidProblem(
                    "CouplingCalibration.require",
                    f"{measured} by {name}={made!r}, asked for {name}={asked!r}",
                    "tau is a distance of one metric, of tokens scaled to length 1 or not",
                    f"Measure with the calibration's `measure`. {_MEND}",
                )

    def to_dict(self) -> dict[str, Any]:
        """As plain data, the content of a calibration file."""
        found = asdict(self)
        return {"format": FORMAT, "schema": 1, **found, "tau_interval": list(self.tau_interval)}


def read_calibration(path: str | PathLike[str]) -> CouplingCalibration:
    """Read a calibration file.

    Parameters
    ----------
    path : of the file that ``mobtheory model coupling MODEL --calibration FILE`` wrote

    Returns
    -------
    CouplingCalibration
        Whether it is of the model in use is checked by its `require`.

    Raises
    ------
    InvalidProblem
        If there is no such file, or it is none, an incomplete or a contradictory calibration.

    Examples
    --------
    >>> read_calibration("no-such-file.json")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    mobtheory.errors.InvalidProblem: read_calibration no-such-file.json: received no readable ...
    """
    called = f"read_calibration {fspath(path)}"
    try:
        document = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise _refused(called, f"no readable file ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise _refused(called, f"no JSON ({error})") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refused(called, "a document of another kind")
    if document.get("schema") != 1:
        raise _refused(called, f"schema {document.get('schema')!r}, and this release knows 1")
    names = {field.name for field in fields(CouplingCalibration)}
    if set(document) != {"format", "schema", *names}:
        apart = sorted(set(document) ^ {"format", "schema", *names})
        raise _refused(called, f"a document without or with unknown {', '.join(apart)}")
    values = {name: document[name] for name in names}
    values["tau_interval"] = _as_pair(values["tau_interval"])
    if wrong := _wrong_field(values):
        raise _refused(called, wrong)
    return CouplingCalibration(**values)


def _as_pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _wrong_field(values: dict[str, Any]) -> str | None:
    """The first field of another type, out of range or in contradiction to another."""
    for name, kind in get_type_hints(CouplingCalibration).items():
        if not _is(values[name], kind):
            return f"{name} {values[name]!r}"
    low, high = values["tau_interval"]
    shares = ("separability", "gaussian_p", "unimodal_p", "level")
    for name in shares:
        if not 0 <= values[name] <= 1:
            return f"{name} {values[name]!r}, no share"
    if values["metric"] not in MEASURES:
        return f"metric {values['metric']!r}, none of {', '.join(MEASURES)}"
    if values["tau"] < 0 or not low <= high or values["layer"] < 0 or values["n"] < 1:
        return f"tau {values['tau']} in [{low}, {high}], layer {values['layer']}, n {values['n']}"
    both = max(values["gaussian_p"], values["unimodal_p"]) <= values["level"]
    if values["clusters"] != both:
        told = f"p values {values['gaussian_p']} and {values['unimodal_p']}"
        return f"clusters {values['clusters']} against the {told}"
    return None


def _is(value: Any, kind: Any) -> bool:
    if isinstance(kind, UnionType):  # str | None
        return value is None or isinstance(value, str)
    if kind is float:
        return isinstance(value, int | float) and _is_number(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (str, bool):
        return isinstance(value, kind)
    if kind == tuple[float, float]:
        return isinstance(value, tuple) and len(value) == 2 and all(_is(v, float) for v in value)
    return isinstance(value, dict) and all(v is None or isinstance(v, str) for v in value.values())


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and math.isfinite(value)


def _refused(called: str, received: str) -> InvalidProblem:
    return InvalidProblem(called, received, "this is no calibration of the coupling", _MEND)
