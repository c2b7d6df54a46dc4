"""Golden vectors of `contracts/vectors/`, for tests only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[4] / "contracts" / "vectors"


def load(name: str) -> Any:
    """The parsed content of `contracts/vectors/<name>.json`."""
    return json.loads((_ROOT / f"{name}.json").read_bytes())
