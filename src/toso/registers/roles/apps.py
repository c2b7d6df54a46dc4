"""Django's entry for roles."""

from django.apps import AppConfig


class RolesConfig(AppConfig):
    """Registers the fold of terms."""

    name = "toso.registers.roles"
    label = "roles"

    def ready(self) -> None:
        """Make the journal know how terms are folded."""
        from toso.engine.journal.registry import registry

        from . import fold, models, sync

        registry.fold("roles", order=20, kinds=("term",), apply=fold.apply, tables=(models.Term,))
        sync.register()
