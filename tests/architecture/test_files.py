"""Sizes, names and charters of files."""

import ast
import importlib.util

import pytest

from .tree import PACKAGE, ROOT, apps, parsed, where

spec = importlib.util.spec_from_file_location("addresses", ROOT / "scripts" / "addresses.py")
assert spec
assert spec.loader
addresses = importlib.util.module_from_spec(spec)
spec.loader.exec_module(addresses)

LIMIT = 500
MEASURED = {".py", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".sh"}
#: module names that any app may have; each may become a folder of the same name
USUAL = {
    "__init__", "models", "rules", "types", "selectors", "access", "services", "fold", "sync", "tasks", "admin",
    "apps", "registry", "urls", "views", "migrations", "tests",
}  # fmt: skip
#: folders without Python
PLAIN = {"templates", "static", "locale", "seed", "__pycache__"}
#: what an app has beyond that
OWN: dict[str, set[str]] = {
    "engine/journal": {"archive", "bulk", "checking"},
    "engine/accounts": {"sealing", "sessions"},
    "engine/sync": {"erasing"},
    "registers/people": {"deciding", "erasing", "importing"},
    "records/visits": {"deciding"},
    "pages/console": {"commands", "demo", "main"},
    "pages/fieldapi": {"call", "files", "http", "me", "middleware", "openapi", "schemas"},
    "pages/office": {"figures", "link", "middleware", "overview", "team", "templatetags", "tilemap", "visit"},
    "registers/catalogue": {"seed"},
}


def test_no_file_is_longer_than_the_limit():
    long = []
    for path in addresses.tracked():
        if path.suffix in MEASURED and "migrations" not in path.parts:
            lines = path.read_bytes().count(b"\n")
            if lines > LIMIT:
                long.append(
                    f"{path.relative_to(ROOT)}: {lines} lines; past {LIMIT} it becomes a folder of the same name"
                )
    assert not long, "\n".join(long)


def test_apps_hold_only_files_of_agreed_names():
    strange = []
    for folder in apps():
        app = f"{folder.parent.name}/{folder.name}"
        allowed = USUAL | OWN.get(app, set())
        for path in sorted(folder.iterdir()):
            if path.is_dir() and path.name in PLAIN:
                continue
            if path.suffix == ".py" or path.is_dir():
                name = path.stem if path.is_file() else path.name
                if name not in allowed:
                    strange.append(f"{app}/{path.name}: not a name of this house (tests/architecture/test_files.py)")
    assert not strange, "\n".join(strange)


def test_agreed_names_exist():
    """A name nobody uses is no longer agreed."""
    idle = [
        f"{app}: {name}"
        for app, names in OWN.items()
        for name in names
        if not (PACKAGE / app / f"{name}.py").exists() and not (PACKAGE / app / name).is_dir()
    ]
    assert not idle, "\n".join(idle)


def test_every_package_has_a_charter():
    """`__init__.py` says what the package owns and who may call it, and nothing runs there."""
    lacking = []
    for folder in sorted({path.parent for path in PACKAGE.rglob("*.py")}):
        if folder.name in {"migrations", "tests"} or "tests" in folder.parts or "formats" in folder.parts:
            continue
        charter = folder / "__init__.py"
        if not charter.exists():
            lacking.append(f"{folder.relative_to(ROOT)}: no __init__.py")
        elif not (ast.get_docstring(parsed(charter)) or "").strip():
            lacking.append(f"{charter.relative_to(ROOT)}: no charter")
    assert not lacking, "\n".join(lacking)


def test_no_bare_prints_of_debugging():
    """breakpoint() and pdb stay at home."""
    left = [
        where(path, node)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"breakpoint", "pdb.set_trace"}
    ]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("rule", sorted(addresses.RULES))
def test_tracked_files_are_clean(rule):
    found = addresses.findings([rule])
    assert not found, "\n".join(found)
