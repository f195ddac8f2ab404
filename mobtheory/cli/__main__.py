"""``python -m mobtheory.cli``."""

from mobtheory.cli import main

main()
