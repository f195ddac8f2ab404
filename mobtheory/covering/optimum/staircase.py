"""What one split of the budget contributes to the front: steps with brackets."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from mobtheory.covering.optimum.certificate import Certificate
from mobtheory.covering.optimum.task import Halves


@dataclass(frozen=True)
class Step:
    """Halves of a split, and what is known around them.

    Attributes
    ----------
    halves : prompt centres and visual centres, disjoint
    prompt, visual : the radii that they reach
    prompt_lower : below this prompt radius the split reaches no visual radius below that of the
        step before, and none at all before the first step
    visual_lower : within the prompt radius `prompt` the split reaches no smaller visual radius
    certificate : proves `visual_lower` where it is more than the visual half alone shows
    """

    halves: Halves
    prompt: float
    visual: float
    prompt_lower: float
    visual_lower: float
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Staircase:
    """The steps of one split, the prompt radius ascending, the visual radius descending.

    Attributes
    ----------
    split : K_p, K_v
    visual_floor : K_v centres reach no smaller visual radius, as `certificate` proves
    prompt_floor : K_p centres reach no smaller prompt radius, as `prompt_certificate` proves
    """

    split: tuple[int, int]
    steps: tuple[Step, ...]
    visual_floor: float
    prompt_floor: float
    certificate: Certificate | None = None
    prompt_certificate: Certificate | None = None

    def visual_lower(self, prompt: float) -> float:
        """No selection of the split within this prompt radius has a smaller visual radius."""
        reached = [step for step in self.steps if step.prompt_lower <= prompt]
        if not reached:
            return inf
        step = reached[-1]
        # Beyond the last step nothing but the floor is known.
        beyond = step is self.steps[-1] and prompt > step.prompt
        return self.visual_floor if beyond else max(self.visual_floor, step.visual_lower)

    @property
    def factor(self) -> float:
        """How far a selection of the split may be better than the steps, as a ratio of radii."""
        ratios = [ratio(step.prompt, step.prompt_lower) for step in self.steps]
        ratios += [ratio(step.visual, step.visual_lower) for step in self.steps]
        return max([*ratios, ratio(self.steps[-1].visual, self.visual_floor)])


def ratio(found: float, lower: float) -> float:
    """How many times a lower bound a radius is; 1 where both are 0."""
    if found <= lower:
        return 1.0
    return found / lower if lower > 0 else inf


def undominated(steps: Iterable[tuple[Staircase, Step]]) -> list[tuple[Staircase, Step]]:
    """Those that no other beats in both radii, the prompt radius ascending; of equals the first."""
    front: list[tuple[Staircase, Step]] = []
    for staircase, step in sorted(steps, key=lambda pair: (pair[1].prompt, pair[1].visual)):
        if not front or step.visual < front[-1][1].visual:
            front.append((staircase, step))
    return front
