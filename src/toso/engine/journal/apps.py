"""Django's entry for the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the journal's tables."""

    name = "toso.engine.journal"
    label = "journal"
