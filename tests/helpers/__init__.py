"""Shared scenes: a small world, and phones that talk to the server."""
