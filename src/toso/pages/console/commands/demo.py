"""Set up the demonstration (synthetic data, invented names), print its addresses and accounts, and serve it."""

import argparse
import os
import sys
from pathlib import Path

HELP = "set up and serve the demonstration"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to serve, and whether."""
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or "8000"), help="port (8000)")
    parser.add_argument("--home", type=Path, help="folder for the database and keys (var/)")
    parser.add_argument("--no-serve", action="store_true", help="load the data and stop")


def before_setup(args: argparse.Namespace) -> None:
    """Demonstration mode, and its own database unless one is given."""
    os.environ["TOSO_DEMO"] = "1"
    if args.home:
        args.home.mkdir(parents=True, exist_ok=True)
        os.environ["TOSO_HOME"] = str(args.home.resolve())
        os.environ["DATABASE_URL"] = f"sqlite:///{args.home.resolve() / 'demo.sqlite3'}"


def run(args: argparse.Namespace) -> int:
    """Load what is missing, print, serve."""
    import time

    from django.conf import settings
    from django.core.management import call_command

    from toso.pages.console import demo

    from .serve import serve

    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if not demo.is_loaded():
        began = time.monotonic()
        try:
            demo.load(lambda line: print(f"  {line}", flush=True))
        except demo.CutOff as cut:
            print(cut, file=sys.stderr)
            return 1
        print(f"Demonstration data loaded in {time.monotonic() - began:.0f} s.", flush=True)
    print(_welcome(args.port), flush=True)
    if args.no_serve:
        return 0
    return serve("127.0.0.1", args.port)


def _welcome(port: int) -> str:
    from toso.pages.console import demo

    base = f"http://127.0.0.1:{port}"
    lines = [
        "",
        "Tổ Số – DỮ LIỆU MẪU (synthetic data, invented names)",
        f"  phone app   {base}/app/",
        f"  office      {base}/office/",
        f"  health      {base}/healthz",
        "",
        "  account      password     code     who",
    ]
    lines += [f"  {a.username:<12} {a.password:<12} {a.code or '–':<8} {a.who}" for a in demo.accounts()]
    return "\n".join([*lines, ""])
