"""What the figures were measured on: they mean nothing without it."""

import os
import platform
import shutil
import subprocess
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("django", "djangorestframework", "granian", "psycopg", "orjson", "msgspec", "brotli")


def facts(quick: bool) -> dict[str, Any]:
    """Date, machine, versions, how busy it was before the first measurement."""
    return {
        "date": f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
        "quick": quick,
        "machine": {"cores": os.cpu_count() or 0, "memory": _memory(), "processor": _processor()},
        "system": f"{_system()}, Linux {platform.release()}, Python {platform.python_version()}",
        "revision": _revision(),
        "packages": {name: version(name) for name in PACKAGES},
        "load client": "wrk (C)" if shutil.which("wrk") else "8 Python processes (wrk is not installed)",
        "load average before": busy(),
    }


def busy() -> str:
    """Load averages of 1, 5 and 15 minutes: above the number of cores, others were working here too."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def _revision() -> str:
    def git(*arguments: str) -> str:
        command = ["git", "--no-optional-locks", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    found = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--", "src", "benchmarks")
    return f"{found}, with changes not yet committed" if found and changed else found or "unknown"


def _memory() -> str:
    first = Path("/proc/meminfo").read_text().splitlines()[0]
    return f"{int(first.split()[1]) / 1024 / 1024:.0f} GB"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _system() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()
