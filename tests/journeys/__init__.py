"""Journeys over several apps."""
