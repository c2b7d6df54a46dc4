"""Django's entry for the baseline."""

from django.apps import AppConfig


class NaiveConfig(AppConfig):
    """Names the tables."""

    name = "benchmarks.naive"
    label = "naive"
