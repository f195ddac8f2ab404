"""What is compared: the model as it is, and the model with visual tokens pruned at a layer."""

from dataclasses import dataclass
from fractions import Fraction

from mobtheory.errors import UnsupportedModel

RATIOS = (Fraction(2, 3), Fraction(7, 9), Fraction(8, 9))  # 66.7, 77.8 and 88.9 %


@dataclass(frozen=True)
class Setting:
    """One way to run the model.

    Attributes
    ----------
    select : the selection rule; None where nothing is pruned
    dropped : the share of the visual tokens that is dropped
    kept : K, how many visual tokens each picture keeps
    layer : the decoder layer whose input is pruned
    """

    select: str | None
    dropped: Fraction
    kept: int
    layer: int | None

    @property
    def name(self) -> str:
        """For people."""
        if self.select is None:
            return "nothing pruned"
        return f"{self.select}, {100 * float(self.dropped):.1f} % dropped"


def settings_for(
    visual: int, selects: tuple[str, ...], ratios: tuple[Fraction, ...], layer: int
) -> tuple[Setting, ...]:
    """The model as it is first, then every selection rule at every ratio.

    Examples
    --------
    >>> [setting.kept for setting in settings_for(576, ("mob",), RATIOS, 2)]
    [576, 192, 128, 64]
    """
    pruned = [
        Setting(select, ratio, round(visual * (1 - ratio)), layer)
        for ratio in ratios
        for select in selects
    ]
    return (Setting(None, Fraction(0), visual, None), *pruned)


def as_ratio(text: str) -> Fraction:
    """The share of dropped visual tokens, from a fraction or from per cent.

    Raises
    ------
    UnsupportedModel
        For anything that is no share above 0 and below 1.

    Examples
    --------
    >>> as_ratio("8/9"), as_ratio("87.5")
    (Fraction(8, 9), Fraction(7, 8))
    """
    try:
        share = Fraction(text) if "/" in text else Fraction(text) / 100
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share < 1:
        raise UnsupportedModel(
            "experiments.speed.as_ratio",
            f"ratio {text!r}",
            "it is the share of visual tokens that is dropped, above 0 and below 1",
            "Give a fraction such as 8/9 or per cent such as 88.9.",
        )
    return share


def as_lengths(text: str) -> tuple[int, ...]:
    """Lengths of answers in tokens, ascending, from numbers between commas.

    Raises
    ------
    UnsupportedModel
        For anything that is no number above 0.

    Examples
    --------
    >>> as_lengths("4,1,32")
    (1, 4, 32)
    """
    parts = text.split(",")
    if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
        raise UnsupportedModel(
            "experiments.speed.as_lengths",
            f"answers {text!r}",
            "an answer has 1 token or more",
            "Give numbers between commas, such as 1,4,32.",
        )
    return tuple(sorted({int(part) for part in parts}))
