"""How far rounding alone can move a change of F, for each dtype: what a lower bound leaves out."""

from mobtheory.errors import UnsupportedModel

NOISE = {"float64": 1e-5, "float32": 1e-5, "float16": 5e-3, "bfloat16": 4e-2}
"""Of ||F(X)||, in every reading. On the embedded model (prunings, moves, copies and permuted
positions; layers 1, 2, 4 and 5, float32 at 1 and 2) the change ||F(X) - F(X')|| differed from that
of the same weights and tokens in the next higher arithmetic by at most 0.0126 ||F(X)|| in bfloat16,
0.00144 in float16 and 3.5e-7 in float32. These are three times as much in low precision and thirty
times in float32: with 32 layers and random weights it was 0.0113 in bfloat16, and 0.0284 with these
weights 2.5 times as large, so that errors grow from layer to layer. A network in which they grow
more is outside of what was measured. Norms of a float64 model run in float32 too."""


def noise_level(dtype: str) -> float:
    """The noise of a dtype by its name, such as "bfloat16".

    Raises
    ------
    UnsupportedModel
        For a dtype whose rounding was not measured.
    """
    if dtype not in NOISE:
        raise UnsupportedModel(
            "models.measure_lipschitz",
            f"tokens in {dtype}",
            "how far rounding moves the output is known for four dtypes",
            f"Load the model in one of {', '.join(NOISE)}.",
        )
    return NOISE[dtype]
