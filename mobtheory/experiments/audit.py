"""The audit: every claim against grids, clouds and the tokens of a trained model."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from typing import Any

import numpy as np

from mobtheory.claims import Claim, ProofResult, iterate_proofs, select_claims
from mobtheory.claims.clouds import CLOUD_FAMILIES, EXACT_FAMILIES, Cloud
from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem, MissingExtra
from mobtheory.experiments.finding import Finding, judge
from mobtheory.experiments.real_tokens import SETTINGS, TokenSample, published_bounds, summarise
from mobtheory.experiments.tally import Tally
from mobtheory.geometry import normalize_rows

SCHEMA_VERSION = 1
LAYER = 2
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Profile:
    """How much is drawn: instances per claim on grids and on clouds, and pictures of the model."""

    instances: int
    pictures: int
    instances_per_picture: int


PROFILES = {
    "quick": Profile(60, 6, 2),
    "standard": Profile(600, 72, 3),
    "deep": Profile(4000, 200, 8),
}


@dataclass(frozen=True)
class AuditReport:
    """What the audit found.

    Attributes
    ----------
    findings : one per claim, in dependency order
    tokens : what the published bounds are worth on real tokens, or why that was not run
    """

    findings: tuple[Finding, ...]
    tokens: dict[str, Any]
    profile: str
    seed: int
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """0 all agrees, 1 a finding contradicts the registry, 3 too little could be checked."""
        outcomes = {finding.outcome for finding in self.findings}
        if "contradicts" in outcomes:
            return 1
        return 3 if outcomes & {"too few", "not checked"} else 0

    @property
    def ok(self) -> bool:
        """Whether everything that was found agrees with what is registered."""
        return self.exit_status == 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the same seed gives the same data, apart from ``seconds``."""
        packages = ("numpy", "scipy", "sympy", "torch", "transformers", "z3-solver")
        return {
            "schema": SCHEMA_VERSION,
            "profile": self.profile,
            "seed": self.seed,
            "versions": {
                "mobtheory": _version("mobtheory"),
                "python": platform.python_version(),
                **{p: _version(p) for p in packages},
            },
            "ok": self.ok,
            "exit_status": self.exit_status,
            "claims": [finding.to_dict() for finding in self.findings],
            "tokens": self.tokens,
            "seconds": self.seconds,
        }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _drawn(families: dict[str, Callable[[np.random.Generator], Cloud]]) -> Callable[..., Cloud]:
    makers = list(families.values())

    def draw(rng: np.random.Generator, number: int) -> Cloud:
        return makers[number % len(makers)](rng)

    return draw


def _from_tokens(samples: Sequence[TokenSample]) -> Callable[..., Cloud]:
    def draw(_: np.random.Generator, number: int) -> Cloud:
        sample = samples[(number // 2) % len(samples)]
        if number % 2:
            return normalize_rows(sample.visual), normalize_rows(sample.prompt)
        return sample.visual, sample.prompt

    return draw


def _by_type(claims: Sequence[Claim]) -> dict[type, list[Claim]]:
    groups: dict[type, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.instance_type, []).append(claim)
    return groups


def _confront(
    claims: Sequence[Claim],
    lane: str,
    draw: Callable[..., Cloud],
    count: int,
    seed: int,
    progress: Progress,
) -> dict[str, Tally]:
    """Draw `count` instances of each type and confront all claims about that type with them."""
    tallies = {claim.id: Tally() for claim in claims}
    groups = _by_type(claims)
    for done, (kind, members) in enumerate(groups.items()):
        key = [ord(c) for c in f"{lane}:{kind.__name__}"]
        for number in range(count):
            progress(lane, done * count + number, len(groups) * count)
            rng = np.random.default_rng([seed, number, *key])
            visual, prompt = draw(rng, number)
            instance = kind.from_clouds(visual, prompt, rng)  # pyright: ignore[reportAttributeAccessIssue]
            for claim in members:
                tallies[claim.id].add(claim, instance)
    progress(lane, len(groups) * count, len(groups) * count)
    return tallies


def _proofs(claims: Sequence[Claim], progress: Progress) -> dict[str, tuple[ProofResult, ...]]:
    """The results of each claim's proofs, which come as they are ready, in the claim's order."""
    results: dict[str, list[ProofResult]] = {claim.id: [] for claim in claims}
    files = {name for claim in claims for name in claim.proof}
    progress("proofs", 0, len(files))
    for done, result in enumerate(iterate_proofs([c.id for c in claims]), start=1):
        for id in result.claims:
            results[id].append(result)
        progress("proofs", done, len(files))
    order = {name: place for claim in claims for place, name in enumerate(claim.proof)}
    return {
        id: tuple(sorted(found, key=lambda result: order.get(result.file, 0)))
        for id, found in results.items()
    }


def _loaded(model: Any) -> Any:
    from mobtheory.models import load

    if model is None:
        return load("embedded")
    if isinstance(model, str | PathLike):
        return load(model)
    if not (hasattr(model, "inputs") and hasattr(model, "name")):
        raise InvalidProblem(
            "audit",
            f"model of type {type(model).__name__}",
            "a model is a name, a folder or what mob.models.load returns",
            "Load it first: mob.models.load(...).",
        )
    return model


def _model_samples(model: Any, pictures: int, progress: Progress) -> list[TokenSample]:
    from mobtheory.models.embedded import held_out_tokens

    samples: list[TokenSample] = []
    progress("model", 0, pictures)
    for tokens in held_out_tokens(model, pictures, LAYER):
        samples.append(TokenSample(tokens.visual, tokens.prompt, tokens.kind, tokens.family))
        progress("model", len(samples), pictures)
    return samples


def audit(
    *,
    claims: str | Sequence[str] = "*",
    instances: int | None = None,
    model: Any = None,
    profile: str = "standard",
    seed: int = 0,
    progress: Progress | None = None,
) -> AuditReport:
    """Run every claim on integer grids, on adversarial and token-like clouds, and on real tokens.

    Parameters
    ----------
    claims : id or shell pattern, or several
    instances : number of instances per claim on grids and on clouds; default: the profile's
    model : a loaded model, a name or folder, "none" to leave the real tokens out;
        default: the embedded model where the extra ``models`` is installed
    profile : "quick", "standard" (at most five minutes on two cores) or "deep"
    seed : the same seed gives the same report, apart from timings
    progress : called with (stage, done, total) as "grids", "clouds", "model", "tokens" and
        "proofs" advance

    Returns
    -------
    AuditReport

    Raises
    ------
    UnknownClaim, InvalidProblem
        For a pattern without a match, an unknown profile, no claims, instances below 1 or a
        negative seed.
    UnsupportedModel
        For a checkpoint that is missing, damaged or of another kind.

    Examples
    --------
    >>> import mobtheory as mob
    >>> report = mob.audit(claims="geometry.domination", instances=30, model="none")
    >>> report.ok, [finding.outcome for finding in report.findings]
    (True, ['agrees'])
    """
    if profile not in tuple(PROFILES):
        known = ", ".join(PROFILES)
        raise InvalidProblem("audit", f"profile {profile!r}", f"known are {known}", "Choose one.")
    amounts = PROFILES[profile]
    count = amounts.instances
    if instances is not None:
        count = as_count("audit", "instances", instances, 1)
    seed = as_count("audit", "seed", seed, 0)
    chosen = select_claims(claims)
    if not chosen:
        raise InvalidProblem("audit", "no claims", "at least one is needed", 'Pass "*" for all.')
    report = progress or (lambda *_: None)
    seconds: dict[str, float] = {}

    def timed(name: str, started: float) -> None:
        seconds[name] = round(time.perf_counter() - started, 2)

    lanes: dict[str, dict[str, Tally]] = {}
    for lane, families in (("grids", EXACT_FAMILIES), ("clouds", CLOUD_FAMILIES)):
        started = time.perf_counter()
        lanes[lane] = _confront(chosen, lane, _drawn(families), count, seed, report)
        timed(lane, started)

    started = time.perf_counter()
    tokens: dict[str, Any] = {"run": False, "why": "left out on request"}
    if not (isinstance(model, str) and model == "none"):
        try:
            loaded = _loaded(model)
            samples = _model_samples(loaded, amounts.pictures, report)
        except MissingExtra as missing:
            if model is not None:  # asked for by name: leaving it out would go unnoticed
                raise
            tokens = {"run": False, "why": str(missing)}
        else:
            per_claim = 2 * amounts.instances_per_picture * len(samples)
            lanes["tokens"] = _confront(
                chosen, "tokens", _from_tokens(samples), per_claim, seed, report
            )
            tokens = {
                "run": True,
                "model": str(loaded.name),
                "layer": LAYER,
                "samples": len(samples),
                "visual_tokens": len(samples[0].visual),
                "settings": SETTINGS,
                "spaces": summarise(published_bounds(samples)),
            }
    timed("tokens", started)

    started = time.perf_counter()
    proofs = _proofs(chosen, report)
    timed("proofs", started)
    findings = tuple(
        judge(c, {lane: tallies[c.id] for lane, tallies in lanes.items()}, proofs[c.id])
        for c in chosen
    )
    return AuditReport(findings, tokens, profile, seed, seconds)
