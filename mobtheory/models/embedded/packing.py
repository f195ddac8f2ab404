"""Many questions about one picture in one sequence.

The picture is a prefix; each question is a block that sees the prefix and itself, with position
ids that restart behind the prefix.  A block is therefore identical to a single-turn prompt,
and eight answers cost less than twice the tokens of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mobtheory.models.embedded.architecture import VISUAL_TOKENS
from mobtheory.models.embedded.questions import VOCABULARY, Question

IGNORED = -100
_WORD = {word: index for index, word in enumerate(VOCABULARY)}
PREFIX = [_WORD["<s>"], _WORD["USER"], _WORD[":"]] + [_WORD["<image>"]] * VISUAL_TOKENS
_PADDING_BLOCK, _PREFIX_BLOCK = -2, -1


@dataclass(frozen=True)
class Packed:
    """Inputs of shape (B, T), the (B, 1, T, T) visibility and the labels (-100: not scored)."""

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    visible: torch.Tensor
    late_visible: torch.Tensor
    labels: torch.Tensor
    weights: torch.Tensor


def pack(
    batch: Sequence[Sequence[Question]], coarse_weight: float = 1.0, end_weight: float = 1.0
) -> Packed:
    """Pack the questions of each picture; two scored tokens a question (answer, end)."""
    columns: list[list[np.ndarray]] = []
    for questions in batch:
        ids, positions = list(PREFIX), list(range(len(PREFIX)))
        blocks, labels = [_PREFIX_BLOCK] * len(PREFIX), [IGNORED] * len(PREFIX)
        weights = [0.0] * len(PREFIX)
        for number, question in enumerate(questions):
            text = [_WORD[word] for word in question.text.split()]
            turn = [*text, _WORD["ASSISTANT"], _WORD[":"], _WORD[question.answer], _WORD["</s>"]]
            ids += turn
            positions += range(len(PREFIX), len(PREFIX) + len(turn))
            blocks += [number] * len(turn)
            labels += [IGNORED] * (len(turn) - 2) + turn[-2:]
            answer = coarse_weight if question.family == "coarse" else 1.0
            weights += [0.0] * (len(turn) - 2) + [answer, end_weight]
        columns.append([np.array(c) for c in (ids, positions, blocks, labels, weights)])
    length = max(len(c[0]) for c in columns)
    filler = (_WORD["<pad>"], 0, _PADDING_BLOCK, IGNORED, 0.0)
    ids, positions, blocks, labels, weights = (
        torch.from_numpy(
            np.stack(
                [np.pad(c[k], (0, length - len(c[k])), constant_values=filler[k]) for c in columns]
            )
        )
        for k in range(5)
    )
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    same = blocks[:, :, None] == blocks[:, None, :]
    visible = ((same | (blocks[:, None, :] == _PREFIX_BLOCK)) & causal)[:, None]
    reads_picture = (blocks >= 0)[:, :, None] & (ids == _WORD["<image>"])[:, None, :]
    return Packed(
        input_ids=ids,
        position_ids=positions,
        visible=visible,
        late_visible=visible & ~reads_picture[:, None],
        labels=labels,
        weights=weights.float(),
    )
