"""What a run is asked: which layers, which budgets, and what tells it from other runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.experiments.samples import Sample, samples_digest
from mobtheory.experiments.versions import versions
from mobtheory.models.fingerprint import weights_fingerprint
from mobtheory.models.hooks import layer_index
from mobtheory.models.vision_language import VisionLanguageModel, parts_of

CALLED = "model layers"
BUDGETS = (1 / 3, 1 / 9, 1 / 18)
"""Shares of the visual tokens that stay by default: 66.7, 88.9 and 94.4 % are removed."""


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes
    ----------
    layers : decoder layers, ascending, each from 1 to the last
    budgets : each a number of visual tokens, or a share below 1
    seed : draws the random subsets and the bootstrap samples
    replicates : bootstrap samples of the rank correlations
    """

    layers: tuple[int, ...]
    budgets: tuple[float, ...]
    seed: int
    replicates: int

    @classmethod
    def of(
        cls,
        model: VisionLanguageModel,
        layers: Sequence[int] | None,
        budgets: Sequence[float] | None,
        seed: int,
        replicates: int,
    ) -> "Plan":
        """Check what was asked, or raise `UnsupportedModel` or `InvalidProblem`."""
        parts = parts_of(model, CALLED)
        asked = range(1, len(parts.layers)) if layers is None else layers
        chosen = sorted({layer_index(layer, 1, parts, CALLED) for layer in asked})
        if not chosen:
            raise UnsupportedModel(
                CALLED,
                f"a decoder of {len(parts.layers)} layers",
                "tokens are dropped from layer 1 on, and there is none",
                "Name a layer with --layers, or use a deeper model.",
            )
        if seed < 0 or replicates < 1:
            raise InvalidProblem(
                CALLED,
                f"seed {seed} and {replicates} replicates",
                "a seed is not negative, and a bootstrap needs a replicate",
                "Use --seed 0.",
            )
        shares = tuple(_checked(budget) for budget in (BUDGETS if budgets is None else budgets))
        if not shares:
            raise InvalidProblem(CALLED, "no budget", "some token is kept", "Use --budgets 48,16.")
        return cls(tuple(chosen), tuple(dict.fromkeys(shares)), seed, replicates)

    def resolve(self, visual: int) -> tuple[int, ...]:
        """Numbers of tokens out of `visual`, in the order asked, each once."""
        found = [round(budget * visual) if budget < 1 else int(budget) for budget in self.budgets]
        if max(found) >= visual:
            raise InvalidProblem(
                CALLED,
                f"a budget of {max(found)} of {visual} visual tokens",
                "a budget leaves some token out",
                "Use smaller --budgets, or shares such as 0.333,0.111.",
            )
        return tuple(dict.fromkeys(max(1, count) for count in found))

    def head(self, model: VisionLanguageModel, samples: Sequence[Sample]) -> dict[str, Any]:
        """What a file to resume from must agree with; layers may be added to a run."""
        network: Any = model.model
        return {
            "format": "mobtheory model layers 2",
            "model": model.name,
            "weights": weights_fingerprint(model),
            "dtype": str(network.dtype),
            "device": network.device.type,
            "attention": str(network.config._attn_implementation),
            "budgets": list(self.budgets),
            "seed": self.seed,
            "prompt": model.prompt("?"),
            "samples": samples_digest(samples),
            "versions": versions("torch", "transformers", "numpy"),
        }


def _checked(budget: float) -> float:
    whole = budget >= 1 and float(budget).is_integer()
    if not (0 < budget < 1 or whole):
        raise InvalidProblem(
            CALLED,
            f"budget {budget!r}",
            "a budget is a number of visual tokens, or a share between 0 and 1",
            "Use --budgets 48,16,8 or --budgets 0.333,0.111.",
        )
    return float(budget)
