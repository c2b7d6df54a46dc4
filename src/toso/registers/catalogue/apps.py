"""Django's entry for the catalogue."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Registers the fold and the collection of services."""

    name = "toso.registers.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Register."""
        from . import fold, sync

        fold.register()
        sync.register()
