"""Tests of places, one file per act."""
