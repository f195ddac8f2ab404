"""The figures of a report as inline SVG, one to a file."""

from mobtheory.report.figures.counterexamples import counterexample_figure as counterexample_figure
from mobtheory.report.figures.dependencies import dependency_figure as dependency_figure
from mobtheory.report.figures.margins import margin_figure as margin_figure
from mobtheory.report.figures.real_tokens import token_figure as token_figure
from mobtheory.report.figures.solution import solution_figure as solution_figure
from mobtheory.report.figures.verdicts import verdict_figure as verdict_figure
