"""Exit 1 when a tracked file names a package index, a path of one machine, or notes that belong elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Written in pieces so that this file does not find itself.
INDEX = "|".join(
    [
        r"pypi\.org/" + "simple",
        r"files\.python" + r"hosted\.org",
        r"registry\." + r"npm" + r"js\.org",
        r"registry\.yarn" + r"pkg\.com",
        r"--(?:extra-)?index" + r"-url\s",
        r"--find" + r"-links\s",
        r'"resolved"\s*:\s*"' + "http",
    ]
)
PATHS = (
    r"(?<![\w.:/-])/(?:"
    + "|".join(["wo" + "rk", "ro" + "ot", "ho" + r"me/[a-z]\w*"])
    + r")/|\.\./"
    + "shared/(?:data|design)"
)
NOTES = r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b"
TALK = r"(?i:" + "|".join(["session of the " + "assistant", "issue " + "tracker", "language " + "model"]) + ")"
RULES = {
    "index address": re.compile(INDEX),
    "path of one machine": re.compile(PATHS),
    "unfinished note": re.compile(NOTES),
    "talk about the making": re.compile(TALK),
}
SKIPPED = {".png", ".jpg", ".jpeg", ".webp", ".ico", ".woff", ".woff2", ".gz", ".br", ".pdf", ".mp3", ".ogg", ".opus"}


def tracked() -> list[Path]:
    """Files under version control or about to be, else (no repository) all files outside of build folders."""
    try:
        listed = subprocess.run(
            ["git", "--no-optional-locks", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        built = {".venv", "node_modules", "dist", "var", "__pycache__"}
        names = [
            str(path.relative_to(ROOT))
            for path in ROOT.rglob("*")
            if path.is_file()
            and not any(
                part in built or part.startswith(".") or part.endswith(".egg-info")
                for part in path.parts[len(ROOT.parts) :]
            )
        ]
    return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]


def findings(rules: list[str] | None = None) -> list[str]:
    """One line for each breach: `file:line: rule: text`."""
    found = []
    for path in tracked():
        if path.suffix.lower() in SKIPPED:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for rule, pattern in RULES.items():
            if rules is not None and rule not in rules:
                continue
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line}: {rule}: {match.group().strip()}")
    return found


if __name__ == "__main__":
    lines = findings()
    print("\n".join(lines))
    sys.exit(1 if lines else 0)
