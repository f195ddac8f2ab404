"""A claim as it is read: what it says, why it holds or does not, and what holds instead."""

from typing import Any

from mobtheory.claims import Claim, claim
from mobtheory.experiments.counterexample import counterexample_data
from mobtheory.experiments.witnesses import witness_summary


def claim_reading(read: Claim) -> dict[str, Any]:
    """Everything that a reader is told about a claim, as plain data.

    Parameters
    ----------
    read : any claim

    Returns
    -------
    dict
        What ``Claim.to_dict`` gives; ``counterexample_data`` (see `counterexample_data`);
        ``instead``: how (dominated or repaired by), id, statement and verdict of each better
        claim; ``tightness``: the nearest instance that a search found (see `witness_summary`).

    Examples
    --------
    >>> import mobtheory as mob
    >>> claim_reading(mob.claim("theorem-2.fps"))["instead"][0]["id"]
    'covering.seeded-fps'
    """
    better = (("dominated by", read.dominated_by), ("repaired by", read.repaired_by))
    return {
        **read.to_dict(),
        "counterexample_data": counterexample_data(read),
        "tightness": witness_summary(read.id),
        "instead": [
            {
                "how": how,
                "id": id,
                "statement": claim(id).statement.words,
                "verdict_text": claim(id).verdict_text,
            }
            for how, id in better
            if id is not None
        ],
    }
