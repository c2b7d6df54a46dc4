"""Django's entry for teams."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Registers the fold and the collections of teams."""

    name = "toso.registers.teams"
    label = "teams"

    def ready(self) -> None:
        """Register."""
        from . import fold, sync

        fold.register()
        sync.register()
