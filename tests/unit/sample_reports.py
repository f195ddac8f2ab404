"""Reports for the tests: every claim on few inputs, proofs and model tokens stood in for."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np

from mobtheory.claims import ProofResult, select_claims
from mobtheory.experiments import (
    AuditReport,
    TokenSample,
    audit,
    published_bounds,
    summarise,
)
from mobtheory.experiments.real_tokens import SETTINGS

INSTANCES = 60


def passing_proofs(ids: list[str]) -> Iterator[ProofResult]:
    """What `iterate_proofs` yields when every proof passes, without running one."""
    for claim in select_claims(ids):
        for name in claim.proof:
            yield ProofResult("z3", True, detail="stood in for", file=name, claims=(claim.id,))


def token_samples(count: int, seed: int = 0) -> list[TokenSample]:
    """Clouds of the shape of captured tokens, with a gap between the modalities."""
    rng = np.random.default_rng(seed)
    return [
        TokenSample(
            rng.normal(size=(24, 6)) + 2, rng.normal(size=(5, 6)) - 1, f"kind-{i % 2}", "coarse"
        )
        for i in range(count)
    ]


@cache
def sample_report() -> AuditReport:
    """An audit of every claim, few inputs each, without a model."""
    with patch("mobtheory.experiments.audit.iterate_proofs", passing_proofs):
        return audit(instances=INSTANCES, model="none")


@cache
def _sample_tokens() -> dict[str, Any]:
    samples = token_samples(8)
    return {
        "run": True,
        "model": "stand-in",
        "layer": 2,
        "samples": len(samples),
        "visual_tokens": 24,
        "settings": SETTINGS,
        "spaces": summarise(published_bounds(samples)),
    }


def sample_document(*, tokens: bool = False) -> dict[str, Any]:
    """The data of `sample_report`, a fresh copy, with a part on tokens if asked for."""
    document = deepcopy(sample_report().to_dict())
    if tokens:
        document["tokens"] = deepcopy(_sample_tokens())
    return document
