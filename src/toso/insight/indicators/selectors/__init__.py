"""Reads: figures of units by the boundaries of any date, definitions, and the histories that tallies come from."""

from .figures import figure, figures_for_units, indicators

__all__ = ["figure", "figures_for_units", "indicators"]
