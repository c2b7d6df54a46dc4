"""Push, pull, quarantine and reports of phones."""

from .pull import Pulled, drop_snapshots, pull_changes, pull_snapshot
from .push import push
from .quarantine import decide_quarantine, quarantine_for, report

__all__ = [
    "Pulled", "decide_quarantine", "drop_snapshots", "pull_changes", "pull_snapshot", "push", "quarantine_for", "report",
]  # fmt: skip
