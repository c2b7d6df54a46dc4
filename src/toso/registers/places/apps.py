"""Django's entry for places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Registers the fold of units and cells."""

    name = "toso.registers.places"
    label = "places"

    def ready(self) -> None:
        """Make the journal know how units and cells are folded; first of all, others refer to them."""
        from toso.engine.journal.registry import registry

        from . import fold, models

        registry.fold(
            "places",
            order=10,
            kinds=("unit", "cell", "reorganisation"),
            apply=fold.apply,
            tables=(
                models.Unit, models.UnitVersion, models.Cell, models.CellBelonging, models.Heir,
                models.Reorganisation, models.Position,
            ),
        )  # fmt: skip
