"""Fill the database of DATABASE_URL with the small world and print who may sign in, as JSON. Run as a module."""

import json
import os


def main() -> None:
    """Migrate, build, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toso.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from tests.helpers import world as scene
    from toso.engine.accounts import services as accounts
    from toso.engine.accounts.types import NewDevice, NewUser
    from toso.kernel.ids import short

    world = scene.build(3)
    users = [*world.members, world.official, world.neighbour]
    accounts.create_users(acts=[NewUser(id=user, name=f"Người Mẫu {n}") for n, user in enumerate(users)])
    tokens = []
    for user in users:
        code = accounts.issue_code(user_id=user, by=None)
        tokens.append(accounts.enrol(code=code, device=NewDevice("máy thử"), address="127.0.0.1").token)
    shown = {
        "cells": [short(cell) for cell in world.cells],
        "services": [short(service) for service in world.services.values()],
        "tokens": tokens,
    }
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
