"""Foreign keys point downwards and leave no trace in the model they point to."""

import importlib.util

import pytest
from django.apps import apps as registry

from .tree import height

#: links that come with Django's own base classes
INHERITED = {"accounts.User.groups", "accounts.User.user_permissions"}


def links():
    for model in registry.get_models(include_auto_created=False):
        if not model.__module__.startswith("toso."):
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if not field.auto_created and field.is_relation and field.related_model is not None:
                name = f"{model._meta.label}.{field.name}"
                if name not in INHERITED:
                    yield name, model, field


def test_relations_have_no_way_back():
    """`related_name="+"`: a reverse accessor lets a lower app read a higher one without an import."""
    open_ends = [name for name, _, field in links() if not field.remote_field.hidden]
    assert not open_ends, 'related_name="+" is missing: ' + ", ".join(open_ends)


def test_relations_point_downwards():
    upwards = []
    for name, model, field in links():
        target = field.related_model.__module__
        if target.startswith("toso."):
            here, there = model.__module__.split(".")[1:3], target.split(".")[1:3]
            if here != there and height(*there) >= height(*here):
                upwards.append(f"{name} -> {target}")
    assert not upwards, "\n".join(upwards)


@pytest.mark.parametrize("library", ["psycopg"])
def test_both_databases_can_be_reached(library):
    """The same installation serves SQLite and PostgreSQL."""
    assert importlib.util.find_spec(library)
