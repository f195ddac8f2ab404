"""What pruning is asked to achieve at the true shape of LLaVA-NeXT-7B."""

from typing import Any

_SHAPE, _SELECT, _ONE_IN = "llava-next-7b", "mob", 9


def goals_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Each goal with what was measured; none for another model, off CUDA, or for another budget.

    Notes
    -----
    They are judged for "mob" where one in 9 visual tokens is kept, by the lower end of the interval
    where there is one: 1.5 times end to end for answers of 4 tokens, 3 times in prefill, and a
    selection below 2 % of the prefill of the model as it is.  They do not fix the batch, the layer
    or how the vision tower is launched; so each goal says in words at which it was judged.
    """
    model = document["model"]
    if model["name"] != _SHAPE or document["device"]["kind"] != "cuda" or not document["repeats"]:
        return []
    budget = round(model["visual_tokens"] / _ONE_IN)
    found = [run for run in document["runs"] if (run["select"], run["kept"]) == (_SELECT, budget)]
    if not found:
        return []
    run, where = found[0], _where(document)
    goals = [_at_least("prefill", where, 3.0, run["speedup"]["prefill"])]
    if "4" in run["speedup"]["answers"]:
        goals.append(_at_least("an answer of 4 tokens", where, 1.5, run["speedup"]["answers"]["4"]))
    share = run["selection_share"]["of_unpruned_prefill"]
    below = {
        "what": f"selection, share of the unpruned prefill ({where})",
        "required": "below 0.02",
    }
    return [*goals, {**below, "found": share, "met": share < 0.02}]


def _where(document: dict[str, Any]) -> str:
    asked = document["asked"]
    tower = ", vision tower a CUDA graph" * asked["tower_graph"]
    return f"batch {document['model']['batch']}, layer {asked['layer']}{tower}"


def _at_least(what: str, where: str, least: float, found: dict[str, float]) -> dict[str, Any]:
    return {
        "what": f"speedup of {what} ({where})",
        "required": f"at least {least}",
        "found": found["estimate"],
        "met": found["lower"] >= least,
    }
