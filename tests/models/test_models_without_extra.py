"""Without PyTorch or Transformers the room can be entered, and says what is missing."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.models

NAMES = ["load", "capture", "prune_at_layer", "Pruning"]


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_a_missing_library_is_named_with_the_pip_line(library):
    program = f"""
import sys
sys.modules[{library!r}] = None
import mobtheory.models
from mobtheory.errors import MissingExtra
from mobtheory.models import embedded
assert embedded.held_out_scene(0).image.shape == (96, 96, 3)
for room, name in [(mobtheory.models, n) for n in {NAMES}] + [(embedded, "held_out_tokens")]:
    try:
        getattr(room, name)
    except MissingExtra as error:
        assert "no module {library}" in str(error), error
        assert 'pip install "mobtheory[models]"' in str(error), error
        assert name in str(error), error
    else:
        raise SystemExit(name)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_an_unknown_name_is_no_missing_extra():
    import mobtheory.models

    with pytest.raises(AttributeError, match="abacus"):
        mobtheory.models.abacus  # noqa: B018


def test_names_stay_functions_after_their_modules_are_loaded():
    from mobtheory import models

    for _ in range(2):
        assert all(callable(getattr(models, name)) for name in models.__all__ if name != "embedded")
