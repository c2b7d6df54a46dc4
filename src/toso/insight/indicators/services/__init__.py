"""Writes: keeping the tallies (the projector), rebuilding, checking, carrying months forward."""

from .rebuilding import adopt_definitions, carry_forward, check_tallies, rebuild_tallies

__all__ = ["adopt_definitions", "carry_forward", "check_tallies", "rebuild_tallies"]
