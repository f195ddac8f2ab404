"""Selectors of released third-party packages, put before the conformance kit.

One file per package: functions ``select(visual, prompt, budget)`` that call the library as its
documentation says. ``make third-party`` checks them all and writes docs/third_party.md.
"""
