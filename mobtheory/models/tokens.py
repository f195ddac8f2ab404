"""The tokens that enter one decoder layer, with the places of the visual and prompt tokens."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True)
class Spans:
    """Where one row of a batch holds its visual tokens and its prompt (half-open slices).

    Attributes
    ----------
    visual_runs : the runs of visual tokens in order; text lies between two of them, as between
        the pictures of a prompt with several or the frames of a video with time stamps
    prompt : the text after the last visual token

    Examples
    --------
    >>> Spans((slice(1, 3), slice(5, 7)), slice(7, 9)).visual
    array([1, 2, 5, 6])
    """

    visual_runs: tuple[slice, ...]
    prompt: slice

    @property
    def visual(self) -> NDArray[np.int64]:
        """The places of the visual tokens of the row, ascending, (N,) int64."""
        return np.concatenate([np.arange(run.start, run.stop) for run in self.visual_runs])


@dataclass(frozen=True)
class TokenCloud:
    """The input of one decoder layer for a batch of picture-and-question sequences.

    Attributes
    ----------
    hidden : (B, T, d) tensor, all tokens of all rows, padding included
    positions : integer tensor, the position ids that the rotary embedding uses: (B, T), or
        (3, B, T) where time, height and width have one each (M-RoPE)
    spans : one `Spans` a row; all rows have equally many visual tokens

    Notes
    -----
    The prompt tokens of a row are the text after its last visual token: for a chat line such as
    ``USER: <image> what ... ? ASSISTANT:`` the question and the role tag that the answer follows.
    """

    hidden: torch.Tensor
    positions: torch.Tensor
    spans: tuple[Spans, ...]

    @property
    def visual(self) -> torch.Tensor:
        """The visual tokens, (B, N, d)."""
        # by slices, not by places: an index from the host would make it wait for the device
        rows = zip(self.hidden, self.spans, strict=True)
        return torch.stack([torch.cat([row[r] for r in span.visual_runs]) for row, span in rows])

    @property
    def prompt(self) -> tuple[torch.Tensor, ...]:
        """The prompt tokens of each row, (L_b, d): the lengths may differ."""
        return tuple(row[span.prompt] for row, span in zip(self.hidden, self.spans, strict=True))

    def sample(self, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The visual (N, d) and prompt (L, d) tokens of a row, as `CoveringProblem` takes them."""
        tokens, span = self.hidden[row].detach().double().cpu().numpy(), self.spans[row]
        return tokens[span.visual], tokens[span.prompt]
