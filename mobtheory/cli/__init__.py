"""The command line: parses, calls, prints. One file a command, which loads what it needs."""

# Each of these adds a command; the help lists them in this order.
# isort: off
from mobtheory.cli import audit as audit
from mobtheory.cli import claims as claims
from mobtheory.cli import prove as prove
from mobtheory.cli import solve as solve
from mobtheory.cli import report as report
from mobtheory.cli import doctor as doctor
from mobtheory.cli import adversary as adversary
from mobtheory.cli import fuzz as fuzz
from mobtheory.cli import model as model

# isort: on
from mobtheory.cli.application import app, main

__all__ = ["app", "main"]
