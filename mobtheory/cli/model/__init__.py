"""``mobtheory model``: one file a command, as in ``capture.py``::

    @model.command(epilog=examples("mobtheory model capture embedded --layer 2"))
    def capture(name: Model = "embedded", layer: Layer = 2, json: Json = False) -> None:
        from mobtheory.models import load  # nothing heavy is loaded before a command runs

and one line here; the help keeps their order. The docstring of the function is its help: what it
does in one line, and at the end its exit statuses.
"""

# isort: off
from mobtheory.cli.model import capture as capture
from mobtheory.cli.model import coupling as coupling
from mobtheory.cli.model import lipschitz as lipschitz
from mobtheory.cli.model import layers as layers
from mobtheory.cli.model import certify as certify
from mobtheory.cli.model import bench as bench

# isort: on
from mobtheory.cli.model.application import model

__all__ = ["model"]
