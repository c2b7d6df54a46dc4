"""Django's entry for the access log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the table of reads."""

    name = "toso.engine.audit"
    label = "audit"
