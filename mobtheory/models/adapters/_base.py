"""What the harness must know about a model family."""

from collections.abc import Mapping
from typing import Any, Protocol

from torch import nn
from transformers import PreTrainedModel


class Adapter(Protocol):
    """One model family; the file name in this folder is its ``config.model_type``.

    A third party registers an instance under the entry point group ``mobtheory.adapters``,
    with the ``config.model_type`` as the entry point's name.
    """

    @property
    def model_class(self) -> type[PreTrainedModel]:
        """The class whose ``forward`` and ``generate`` the user calls."""
        ...

    def trunk(self, model: PreTrainedModel) -> nn.Module:
        """The module that is handed ``input_ids``, ``attention_mask`` and the picture."""
        ...

    def decoder(self, model: PreTrainedModel) -> PreTrainedModel:
        """The text model: it owns ``layers`` and makes their mask and rotary embedding."""
        ...

    def image_token(self, model: PreTrainedModel) -> int:
        """The token id that holds the place of a visual token in ``input_ids``."""
        ...

    def has_picture(self, arguments: Mapping[str, Any]) -> bool:
        """Whether this call of the trunk brings picture content for the image tokens."""
        ...
