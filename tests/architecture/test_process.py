"""What the web process loads."""

import os
import subprocess
import sys

SCIENCE = ("numpy", "scipy", "sklearn", "pandas", "matplotlib")


def test_the_web_process_loads_no_science(tmp_path):
    """Science libraries load in workers and commands only: memory and start of the server stay small."""
    program = (
        "import sys, toso.config.wsgi, toso.config.urls\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        f"print([name for name in {SCIENCE!r} if name in sys.modules])"
    )
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/web.sqlite3", "SECRET_KEY": "guard"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
