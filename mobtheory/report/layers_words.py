"""How the quantities of `mobtheory model layers` are called in tables and figures."""

from typing import Any

from mobtheory.report.numbers import show, show_share

TRUTHS = {
    "attention": "‖z − z_s‖",
    "layer": "‖y − y_s‖",
    "state": "final state",
    "kl": "KL of the answer",
}
SURROGATES = {
    "attention": "B (9.6)",
    "phi": "Φ (9.3)",
    "dropped-mass": "dropped mass m",
    "hybrid": "Σ w ‖u − o_S‖ (9.4)",
    "minimax-plain": "2 r m (9.2)",
    "tanh-plain": "tanh bound (9.5)",
    "pruning-distance": "G = d_H(X, X_s)",
    "pruning-distance-unit": "G, unit tokens",
    "cover": "h(V → S)",
    "cover-unit": "h(V → S), unit tokens",
    "prompt-radius": "d_H(S_p, P)",
    "prompt-radius-unit": "d_H(S_p, P), unit tokens",
    "lemma-2": "Lemma 2's right side",
    "lemma-2-unit": "Lemma 2, unit tokens",
}
BOUNDS = {
    "attention": "B (9.6)",
    "phi": "Φ (9.3)",
    "hybrid": "9.4",
    "minimax-plain": "9.2",
    "tanh-plain": "9.5",
    "layer": "layer (9.6)",
    "attention (log-count)": "B, log-count",
    "hybrid (log-count)": "9.4, log-count",
    "tanh-log-count (log-count)": "9.5, log-count",
    "total-variation (log-count)": "9.3, log-count",
}


def ranked(ranking: dict[str, Any]) -> list[str]:
    """Its surrogates in the order of `SURROGATES`."""
    first = next(iter(ranking["truths"].values()))
    there = {row["surrogate"] for row in first["correlations"]}
    return [name for name in SURROGATES if name in there]


def correlation(ranking: dict[str, Any], truth: str, surrogate: str) -> dict[str, Any]:
    """The row of a surrogate for a truth."""
    rows = ranking["truths"][truth]["correlations"]
    return next(row for row in rows if row["surrogate"] == surrogate)


def estimate_words(estimate: dict[str, Any]) -> str:
    """A correlation with its interval.

    Examples
    --------
    >>> estimate_words({"value": 0.9321, "low": 0.9, "high": -0.004})
    '0.93 (0.90 to 0.00)'
    """
    if estimate["value"] is None:
        return "–"
    if estimate["low"] is None:
        return _two(estimate["value"])
    low, high = _two(estimate["low"]), _two(estimate["high"])
    return f"{_two(estimate['value'])} ({low} to {high})"


def _two(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def spread_words(spread: dict[str, Any] | None) -> str:
    """A median with its 5 % to 95 % range."""
    if spread is None:
        return "–"
    return f"{show(spread['median'])} ({show(spread['low'])} to {show(spread['high'])})"


def median_words(spread: dict[str, Any] | None) -> str:
    """A median alone."""
    return "–" if spread is None else show(spread["median"])


def share_words(share: dict[str, Any] | None) -> str:
    """A share of cases."""
    return "–" if share is None else show_share(share["share"])


def kept_words(entry: dict[str, Any]) -> str:
    """How many tokens stay, one number or a range over samples."""
    low, high = entry["kept"]
    return str(low) if low == high else f"{low} to {high}"
