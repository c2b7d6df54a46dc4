"""Wiring only: settings, URLs and the WSGI entry. Nothing here decides anything about the field."""
