"""Django's entry for people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the fold, the collections and the operations of households and residents."""

    name = "toso.registers.people"
    label = "people"

    def ready(self) -> None:
        """Register."""
        from . import fold, sync

        fold.register()
        sync.register()
