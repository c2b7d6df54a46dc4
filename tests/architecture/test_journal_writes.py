"""One writer: journalled tables are written by their app's fold and by migrations, by nobody else."""

import ast
import re

from django.apps import apps as django

from toso.engine.journal.registry import registry

from .tree import PACKAGE, apps, parsed, sources, where

WRITES = {
    "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "acreate", "aupdate", "adelete", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
}  # fmt: skip
#: the set-based writers of engine/journal/bulk.py; their first argument is the model
BULK = {"insert", "upsert", "update_rows", "delete_rows"}
#: "app_label.Model": why somebody other than the fold writes this table although its app has a fold
UNJOURNALLED: dict[str, str] = {
    "sync.Quarantine": "deposits of refused operations; what is decided about them is journalled as verdicts",
    "sync.Snapshot": "a cache of the streams, thrown away at will",
    "sync.DigestState": "a projection of wire rows, rebuilt from them",
    "sync.RowHash": "a projection of wire rows, rebuilt from them",
    "people.ImportJob": "lists staged outside the journal; what is applied of them is journalled",
    "people.ImportRow": "lists staged outside the journal; what is applied of them is journalled",
    "sync.Report": "what phones report about themselves; no field data",
}
#: file under src/toso: why it may write journalled tables
WRITERS: dict[str, str] = {}


def has_fold(folder):
    return (folder / "fold.py").exists() or (folder / "fold").is_dir()


def journalled():
    """Model name -> table, of all that folds have registered as theirs."""
    return {table.__name__: table._meta.db_table for known in registry.folds for table in known.tables}


def is_fold(path):
    inside = path.relative_to(PACKAGE).parts[2:]
    return bool(inside) and inside[0] in {"fold.py", "fold"}


def root_model(node):
    """The `X` of a call chain `X.objects.….update(…)`."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr in {"objects", "_default_manager", "_base_manager"}:
                owner = node.value
                return owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", None)
            node = node.value
        else:
            return None


def test_every_table_beside_a_fold_is_the_folds_or_says_why_not():
    """A forgotten table would be neither guarded nor rebuilt."""
    registered = {table._meta.label for known in registry.folds for table in known.tables}
    forgotten = [
        model._meta.label
        for folder in apps()
        if has_fold(folder)
        for model in django.get_models()
        if model.__module__.startswith(f"toso.{folder.parent.name}.{folder.name}.")
        and model._meta.label not in registered | set(UNJOURNALLED)
    ]
    assert not forgotten, "not among the tables of any fold: " + ", ".join(forgotten)
    assert set(UNJOURNALLED).isdisjoint(registered)


def test_only_folds_write_journalled_tables():
    tables = journalled()
    breaches = []
    for path in sources():
        if is_fold(path) or str(path.relative_to(PACKAGE)) in WRITERS:
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                model = None
                if name in WRITES and isinstance(node.func, ast.Attribute):
                    model = root_model(node.func.value)
                elif name in BULK and node.args:
                    model = getattr(node.args[0], "id", getattr(node.args[0], "attr", None))
                if model in tables:
                    breaches.append(f"{where(path, node)}: {name} on {model} belongs into its fold")
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in re.findall(r"(?i)\b(?:insert\s+into|update|delete\s+from)\s+\"?([a-z_]+)\"?", node.value):
                    if table in tables.values():
                        breaches.append(f"{where(path, node)}: SQL writes {table}; it belongs into its fold")
    assert not breaches, "\n".join(breaches)


def test_folds_neither_read_clocks_nor_refuse():
    """A fold gives the same state from the same entries: no clock, no chance, no permission checks."""
    breaches = []
    for path in sources():
        if not is_fold(path):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if re.search(r"(^|\.)(now|utcnow|today|time|uuid4|uuid7|random|token_\w+)$", called):
                    breaches.append(f"{where(path, node)}: {called}()")
    assert not breaches, "\n".join(breaches)


def test_exceptions_are_still_needed():
    """An exception that no longer excuses anything goes away."""
    assert set(UNJOURNALLED) <= {model._meta.label for model in django.get_models()}
    assert all((PACKAGE / name).exists() for name in WRITERS)
