"""Django's entry for the phone's HTTP interface."""

from django.apps import AppConfig


class FieldApiConfig(AppConfig):
    """The app has no tables."""

    name = "toso.pages.fieldapi"
    label = "fieldapi"
