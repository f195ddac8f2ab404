"""Exact set cover with one limit per half, decided by branch and bound on bit sets.

Whole numbers serve as sets of elements, so nothing is rounded and "no cover" is a proof.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class TimeIsUp(Exception):
    """The search passed its deadline."""


class Effort:
    """Counts the nodes of a search and ends it at a deadline of `time.monotonic`."""

    def __init__(self, deadline: float) -> None:
        self.deadline, self.nodes = deadline, 0

    def spend_node(self) -> None:
        """Count one node; raise `TimeIsUp` when the deadline has passed."""
        if time.monotonic() >= self.deadline:
            raise TimeIsUp
        self.nodes += 1


class Half(NamedTuple):
    """What each token covers when it serves in one half, and how many tokens that half may hold."""

    covers: Mapping[int, int]
    limit: int


class _Node(NamedTuple):
    uncovered: int
    available: int
    prompt_left: int
    visual_left: int
    picked: tuple[int, ...]


def elements_of(bits: int) -> Iterator[int]:
    """Positions of the ones of a bit set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def find_cover(
    universe: int, prompt: Half, visual: Half, effort: Effort
) -> tuple[list[int], list[int]] | None:
    """Tokens for each half that cover the universe within the limits; None proves there are none.

    A token may be picked for both halves.
    """
    tokens = [*prompt.covers, *visual.covers]
    covers = [*prompt.covers.values(), *visual.covers.values()]
    prompt_sets = (1 << len(prompt.covers)) - 1
    candidates = _candidates_of_elements(universe, covers)

    def children(node: _Node) -> Iterator[_Node]:
        effort.spend_node()
        available = node.available
        if not node.prompt_left:
            available &= ~prompt_sets
        if not node.visual_left:
            available &= prompt_sets
        choices = sorted(
            (candidates[element] & available for element in elements_of(node.uncovered)),
            key=int.bit_count,
        )
        if not choices[0] or _needs_more(choices, prompt_sets, node):
            return
        fresh = {pick: covers[pick] & node.uncovered for pick in elements_of(choices[0])}
        tried: list[tuple[bool, int]] = []
        for pick in sorted(fresh, key=lambda pick: -fresh[pick].bit_count()):
            available &= ~(1 << pick)
            for_prompt = pick < len(prompt.covers)
            # A cover with this pick would stay one with a tried pick of the same half in its place.
            if any(for_prompt == half and not fresh[pick] & ~more for half, more in tried):
                continue
            tried.append((for_prompt, fresh[pick]))
            yield _Node(
                node.uncovered & ~fresh[pick],
                available,
                node.prompt_left - for_prompt,
                node.visual_left - (not for_prompt),
                (*node.picked, pick),
            )

    root = _Node(universe, (1 << len(covers)) - 1, prompt.limit, visual.limit, ())
    open_nodes = [iter((root,))]
    while open_nodes:
        node = next(open_nodes[-1], None)
        if node is None:
            open_nodes.pop()
        elif node.uncovered:
            open_nodes.append(children(node))
        else:
            split = len(prompt.covers)
            return (
                [tokens[pick] for pick in node.picked if pick < split],
                [tokens[pick] for pick in node.picked if pick >= split],
            )
    return None


def _candidates_of_elements(universe: int, covers: Iterable[int]) -> dict[int, int]:
    """For each element the bit set of the sets that hold it."""
    candidates = dict.fromkeys(elements_of(universe), 0)
    for position, covered in enumerate(covers):
        for element in elements_of(covered & universe):
            candidates[element] |= 1 << position
    return candidates


def _needs_more(choices: list[int], prompt_sets: int, node: _Node) -> bool:
    """Whether elements that share no candidate already outnumber the picks that are left."""
    used = total = prompt_only = visual_only = 0
    for choice in choices:
        if not choice & used:
            used |= choice
            total += 1
            prompt_only += not choice & ~prompt_sets
            visual_only += not choice & prompt_sets
    return (
        total > node.prompt_left + node.visual_left
        or prompt_only > node.prompt_left
        or visual_only > node.visual_left
    )
