"""The reference is complete: every setting, command, path and indicator is described under docs/reference."""

import ast
import re

import pytest

from .tree import PACKAGE, ROOT, parsed, sources

REFERENCE = ROOT / "docs" / "reference"
#: words that read like variables of the environment but belong to others
FOREIGN = {"DJANGO_SETTINGS_MODULE"}


def reference() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(REFERENCE.rglob("*.md")))


def described(kind: str, names: set[str]) -> None:
    text = reference()
    lacking = sorted(name for name in names if not re.search(rf"(?<![\w/]){re.escape(name)}(?![\w])", text))
    assert not lacking, f"{kind} not in docs/reference: {', '.join(lacking)}"


def strings(node: ast.Call) -> list[str]:
    return [item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def environment() -> set[str]:
    """Names read by the readers of the settings file, and by os.environ anywhere."""
    found = set()
    for path in sources():
        is_settings = path == PACKAGE / "config" / "settings.py"
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                reads = called in {"os.environ.get", "environ.get", "os.getenv", "getenv"}
                if (reads or (is_settings and isinstance(node.func, ast.Name))) and strings(node)[:1]:
                    found.add(strings(node)[0])
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"os.environ", "environ"}:
                found |= {str(node.slice.value)} if isinstance(node.slice, ast.Constant) else set()
    return {name for name in found if re.fullmatch(r"[A-Z][A-Z0-9_]+", name)} - FOREIGN


def commands() -> set[str]:
    """Names of the `toso` command's sub-commands."""
    from toso.pages.console.main import COMMANDS

    return set(COMMANDS)


#: indicators that others rely on; the rest is read from the definitions
PROMISED = {
    "people", "households", "hamlets", "units", "teams", "team_members", "community_groups", "community_group_members",
    "ethnic_minority_share", "participation", "guided_directly", "zalo_dissemination", "online_service_accounts",
    "visits", "visited_households", "residents_at_stage",
}  # fmt: skip


def indicators() -> set[str]:
    """Codes of every listed definition, and of those that others rely on."""
    from toso.insight.indicators.selectors import indicators as listed

    return PROMISED | {str(definition["code"]) for definition in listed("en")}


pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="docs/reference is not there yet")


def test_settings_are_described():
    described("settings", environment())


def test_commands_are_described():
    described("commands", commands())


def test_paths_are_described(client, db):
    """Paths of the OpenAPI document, written as there: /api/v1/cells/{id}/changes."""
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    text = reference()
    lacking = [
        path for path in answer.json()["paths"] if re.sub(r"\{\w+\}", "{", path) not in re.sub(r"\{\w+\}", "{", text)
    ]
    assert not lacking, f"paths not in docs/reference: {', '.join(lacking)}"


def test_indicators_are_described():
    described("indicators", indicators())
