"""Writes: keeping the tallies (the projector), rebuilding, checking, carrying months forward."""

from .rebuilding import carry_forward, check_tallies, rebuild_tallies

__all__ = ["carry_forward", "check_tallies", "rebuild_tallies"]
