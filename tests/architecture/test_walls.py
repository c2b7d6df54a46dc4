"""Walls between floors and apps, beyond what the import contracts in pyproject.toml prove."""

import ast

from .tree import FLOORS_OF_APPS, PACKAGE, app_of, apps, contracts, imported, is_test, layers, parsed, sources, where

#: what an app shows to others: `services`, `selectors`, `access`, `types`; the machinery also its `registry`
OPEN = {"services", "selectors", "access", "types"}
#: further doors, each with its reason
DOORS = {
    ("engine/journal", "registry"): "folds and projectors register here",
    ("engine/journal", "bulk"): "set-based writing, for folds",
    ("engine/journal", "archive"): "backups, for the command line",
    ("engine/journal", "checking"): "tables against the fold, for the command line",
    ("registers/people", "registry"): "what travels along with a moving household registers here",
    ("engine/accounts", "sealing"): "operations sealed on a phone are opened here, by sync",
    ("engine/accounts", "sessions"): "who is asking, for pages",
    ("engine/sync", "erasing"): "what quarantine and snapshots hold of a person is dropped here",
    ("engine/sync", "registry"): "collections register here",
    ("engine/accounts", "registry"): "what a sign-in answers may be extended here",
    ("engine/audit", "registry"): "readers of personal data register here",
    ("insight/indicators", "registry"): "definitions register here",
}
#: callers that need more than the doors, each with its reason
ERRANDS: dict[tuple[str, str], str] = {}


def test_every_app_is_named_in_the_contracts():
    unnamed = []
    for folder in apps():
        floor, name = folder.parent.name, folder.name
        if not any(name in names for names in layers(f"inside-{floor}")):
            unnamed.append(f"{floor}/{name}: add it to the layers of contract 'inside-{floor}' in pyproject.toml")
        if f"private-{name}" not in contracts():
            unnamed.append(f"{floor}/{name}: add a contract 'private-{name}' in pyproject.toml")
    assert not unnamed, "\n".join(unnamed)


def test_every_floor_is_named_in_the_contracts():
    known = {name for names in layers("floors") for name in names}
    found = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found <= known


def test_the_contracts_close_models_folds_and_rules():
    for name, contract in contracts().items():
        if name.startswith("private-"):
            app = name.removeprefix("private-")
            assert contract["protected_modules"] == [f"toso.*.{app}.{part}" for part in ("models", "fold", "rules")]
            assert contract["allowed_importers"] == [f"toso.*.{app}"]


def test_others_come_in_by_the_door_only():
    """Imports of another app name its services, selectors, access or types; nothing else."""
    breaches = []
    for path in sources(tests=True):
        if is_test(path.relative_to(PACKAGE)):
            continue
        own = app_of(path)
        for line, name in imported(path):
            parts = name.split(".")
            if len(parts) < 3 or parts[0] != "toso" or parts[1] not in FLOORS_OF_APPS:
                continue
            other = f"{parts[1]}/{parts[2]}"
            if other == own or (parts[1] == "pages" and path.is_relative_to(PACKAGE / "config")):
                continue
            if not (PACKAGE / other).is_dir():
                continue
            door = parts[3] if len(parts) > 3 else ""
            if door in OPEN or (other, door) in DOORS or (own or "", name) in ERRANDS:
                continue
            breaches.append(f"{where(path, line)}: {name} is private to {other}; use {', '.join(sorted(OPEN))}")
    assert not breaches, "\n".join(breaches)


def test_pages_never_touch_tables():
    """Pages call access, selectors and services; `.objects` and the managers behind it are below them."""
    breaches = [
        f"{where(path, node)}: .{node.attr}"
        for path in sources()
        if path.is_relative_to(PACKAGE / "pages")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]
    assert not breaches, "\n".join(breaches)


def test_no_model_is_fetched_by_its_name():
    """`get_model("app.Model")` walks around every wall."""
    breaches = [
        where(path, node)
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "get_model"
    ]
    assert not breaches, "\n".join(breaches)


def test_no_signals_and_no_save_overrides():
    """Domain flow is visible in services: no Django signals, no save() or delete() of models overridden."""
    breaches = []
    for path in sources():
        for line, name in imported(path):
            if name.startswith(
                ("django.db.models.signals", "django.dispatch", "django.core.signals", "django.db.backends.signals")
            ):
                breaches.append(f"{where(path, line)}: {name}")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                breaches += [
                    f"{where(path, item)}: {node.name}.{item.name}()"
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and item.name in {"save", "delete"} and "models" in str(path)
                ]
    assert not breaches, "\n".join(breaches)


def test_the_kernel_is_plain_python():
    """No Django, no database, no network in the kernel."""
    allowed = {"toso"}
    foreign = {"django", "ninja", "psycopg", "granian", "requests", "sqlite3", "socket", "urllib"}
    breaches = [
        f"{where(path, line)}: {name}"
        for path in sources()
        if path.is_relative_to(PACKAGE / "kernel")
        for line, name in imported(path)
        if name.split(".")[0] in foreign - allowed
    ]
    assert not breaches, "\n".join(breaches)
