"""Tests of roles, one file per act."""
