"""Django's entry for indicators."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Registers the projector that keeps the tallies."""

    name = "toso.insight.indicators"
    label = "indicators"

    def ready(self) -> None:
        """Register."""
        from toso.engine.journal.registry import registry

        from .services.projector import Projector

        registry.projectors.append(Projector)
