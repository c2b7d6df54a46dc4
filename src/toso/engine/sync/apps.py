"""Django's entry for sync."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Registers sync's own collection (verdicts) and its fold."""

    name = "toso.engine.sync"
    label = "sync"

    def ready(self) -> None:
        """Register what sync itself keeps in the journal."""
        from . import fold, sync

        fold.register()
        sync.register()
