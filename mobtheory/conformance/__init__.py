"""Tests that ship with the package: they check any algorithm that the command line names.

``pytest --pyargs mobtheory.conformance -m bounds --mob-algorithm my.module:select`` runs one test
for each guarantee; without an algorithm it checks the rules of `mobtheory.testing.RULES`.
"""
