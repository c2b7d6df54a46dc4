"""Do timed work until stopped: tallies of a new month, expiry of logs and codes, what a replica holds."""

import argparse
import logging
import signal
import threading
import time
from collections.abc import Callable

HELP = "do timed work"
log = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--once` does everything that is due and stops."""
    parser.add_argument("--once", action="store_true", help="do what is due and stop")


def duties() -> list[tuple[str, int, Callable[[], object]]]:
    """What is to be done: name, seconds between, call."""
    from toso.engine.accounts import services as accounts
    from toso.engine.audit import services as audit
    from toso.insight.indicators import services as indicators
    from toso.kernel.clock import now_ms, today

    return [
        ("carry tallies into the month", 3600, lambda: indicators.carry_forward(today())),
        ("forget old access logs", 86400, lambda: audit.prune(now=now_ms())),
        ("forget old codes and tries", 3600, lambda: accounts.prune(now=now_ms())),
        ("disable unused accounts", 86400, lambda: accounts.disable_unused(now=now_ms())),
        ("mark what a replica holds", 60, _mark_replicated),
    ]


def _mark_replicated() -> None:
    from django.conf import settings

    from toso.engine.journal import selectors, services

    if settings.DURABLE_BY_REPLICA:
        services.mark_durable({state.name: state.head for state in selectors.streams()})


def run(args: argparse.Namespace) -> int:
    """Loop; a duty that fails is logged and tried again at its next time."""
    from django.db import close_old_connections

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due = {name: 0.0 for name, _, _ in duties()}
    failed = 0
    while not stop.is_set():
        for name, every, call in duties():
            if time.monotonic() < due[name]:
                continue
            due[name] = time.monotonic() + every
            close_old_connections()
            try:
                call()
            except Exception:
                failed += 1
                log.exception("%s failed", name)
        if args.once:
            return 1 if failed else 0
        stop.wait(5)
    return 0
