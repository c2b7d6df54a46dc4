"""Serve the office, the phone app and the phone's interface over HTTP, until stopped."""

import argparse
import os
import sys
from typing import NoReturn

HELP = "serve over HTTP"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or "8000"), help="port (8000)")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")


def run(args: argparse.Namespace) -> int:
    """Become the server. Answers 1 when the database is not ready."""
    from django.conf import settings

    from .migrate import pending

    if settings.DEMO and args.host not in ("127.0.0.1", "localhost", "::1"):
        print("The demonstration is served on this machine only (127.0.0.1).", file=sys.stderr)
        return 2
    if pending():
        print("The database is not up to date: run `toso migrate` first.", file=sys.stderr)
        return 1
    return serve(args.host, args.port, args.workers)


def taken(host: str, port: int) -> bool:
    """Whether somebody listens there; the server shares ports, so two would answer in turn without any error."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def serve(host: str, port: int, workers: int = 1) -> NoReturn:
    """Replace this process by the server; exit code 1 when the port is taken."""
    if taken(host, port):
        print(f"Port {port} is taken by another program: stop it, or choose another by PORT=…", file=sys.stderr)
        sys.exit(1)
    # Without the kill timeout a SIGTERM during start would hang for ever.
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--backpressure", "256", "--workers-kill-timeout", "5", "--no-ws", "--respawn-failed-workers",
        "--log-level", "warning", "toso.config.wsgi:application",
    ]  # fmt: skip
    os.execv(sys.executable, command)  # noqa: S606
