"""Django's entry for the office."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The app has no tables."""

    name = "toso.pages.office"
    label = "office"
