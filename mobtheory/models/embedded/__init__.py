"""The model that ships with the package: a small LLaVA, its scenes, questions and training.

Nothing here needs PyTorch or Transformers until a name is used (extra ``models``).
"""

from typing import TYPE_CHECKING

from mobtheory.models.embedded.questions import questions_about as questions_about
from mobtheory.models.embedded.scenes import held_out_scene as held_out_scene
from mobtheory.models.embedded.shipped import checkpoint_folder as checkpoint_folder
from mobtheory.models.embedded.shipped import read_manifest as read_manifest
from mobtheory.models.embedded.shipped import verified_checkpoint as verified_checkpoint
from mobtheory.models.lazy_extra import lazy_names

if TYPE_CHECKING:
    from mobtheory.models.embedded.held_out import HeldOutTokens as HeldOutTokens
    from mobtheory.models.embedded.held_out import held_out_tokens as held_out_tokens

__all__ = [
    "HeldOutTokens",
    "checkpoint_folder",
    "held_out_scene",
    "held_out_tokens",
    "questions_about",
    "read_manifest",
    "verified_checkpoint",
]

__getattr__ = lazy_names(
    __name__,
    {
        "HeldOutTokens": "mobtheory.models.embedded.held_out",
        "held_out_tokens": "mobtheory.models.embedded.held_out",
    },
)
