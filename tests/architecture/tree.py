"""The source tree as the guards see it: floors, apps, syntax trees."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "toso"
#: floors that consist of apps; config and kernel are one package each
FLOORS_OF_APPS = ("pages", "insight", "outreach", "records", "registers", "engine")


@cache
def configuration() -> dict:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@cache
def contracts() -> dict[str, dict]:
    """Import contracts by id."""
    return {contract["id"]: contract for contract in configuration()["tool"]["importlinter"]["contracts"]}


@cache
def apps() -> tuple[Path, ...]:
    """Every app folder on disk."""
    return tuple(
        folder
        for floor in FLOORS_OF_APPS
        if (PACKAGE / floor).is_dir()
        for folder in sorted((PACKAGE / floor).iterdir())
        if folder.is_dir() and folder.name != "__pycache__" and any(folder.rglob("*.py"))
    )


def app_of(path: Path) -> str | None:
    """`floor/app` of a file, or None for what is not inside an app."""
    parts = path.relative_to(PACKAGE).parts
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] in FLOORS_OF_APPS else None


def layers(contract: str) -> list[list[str]]:
    """Names in each layer of a contract, highest layer first."""
    return [[name.strip().strip("()") for name in layer.split("|")] for layer in contracts()[contract]["layers"]]


@cache
def height(floor: str, app: str = "") -> tuple[int, int]:
    """Where a floor or an app stands: the greater, the higher."""
    floors = layers("floors")
    level = next(index for index, names in enumerate(reversed(floors)) if floor in names)
    inside = layers(f"inside-{floor}") if f"inside-{floor}" in contracts() else []
    place = next((index for index, names in enumerate(reversed(inside)) if app in names), 0)
    return level, place


def is_test(path: Path) -> bool:
    """Whether a source file belongs to tests."""
    return "tests" in path.parts or path.name == "conftest.py" or path.name.startswith("test_")


@cache
def sources(tests: bool = False, migrations: bool = False) -> tuple[Path, ...]:
    """Python files of the package, by default without tests and migrations."""
    return tuple(
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if (tests or not is_test(path.relative_to(PACKAGE))) and (migrations or "migrations" not in path.parts)
    )


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def module_of(path: Path) -> str:
    """Dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted module or module.name) of every import in a file, also those inside functions."""
    here = module_of(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{origin}.{alias.name}"


def where(path: Path, node: ast.AST | int) -> str:
    """`path:line` for a message."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}"
