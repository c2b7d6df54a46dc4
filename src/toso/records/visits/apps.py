"""Django's entry for visits."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Registers the fold, the collections, the operations, and what travels along with a moving household."""

    name = "toso.records.visits"
    label = "visits"

    def ready(self) -> None:
        """Register."""
        from . import fold, sync

        fold.register()
        sync.register()
