"""Fill the baseline: `python -m benchmarks.naive.prepare hamlets '{…}'` or `province '{…}'`; prints what clients need."""

# The types of Django models come from the product's settings, which do not know this project.
# mypy: disable-error-code="misc,attr-defined,no-any-return"

import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from .. import documents


def main() -> None:
    """Make the tables, load, print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.naive.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    what, wanted = sys.argv[1], orjson.loads(sys.argv[2])
    print(orjson.dumps(hamlets(**wanted) if what == "hamlets" else province(**wanted)).decode())


def hamlets(today: str, cells: int, first: dict[str, int], others: dict[str, int]) -> dict[str, Any]:
    """The documents of `benchmarks.documents`: tokens of one user for each hamlet, and of one for all."""
    from rest_framework.authtoken.models import Token

    from .models import Hamlet

    tokens = []
    everybody = _user("all")
    for n in range(cells):
        hamlet = Hamlet.objects.create(id=n, commune=0, district=0)
        user = _user(f"member{n}")
        hamlet.users.set([user, everybody])
        tokens.append(Token.objects.create(user=user).key)
        _load(documents.hamlet(date.fromisoformat(today), n, **(first if n == 0 else others)), n, user)
    return {"tokens": tokens, "all": Token.objects.create(user=everybody).key}


def _user(name: str) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create(username=name)


def _load(own: documents.Documents, hamlet: int, user: Any) -> None:
    from .models import Assist, Household, Resident, Status, Visit

    Household.objects.bulk_create(
        Household(
            id=h.id, hamlet_id=hamlet, label=h.label, people=h.people, cluster=h.cluster, zalo_news=h.zalo_news,
            lang_screen=h.lang or "", lang_listen=h.lang or "", lang_read=h.lang or "",
        )
        for h in own.households
    )  # fmt: skip
    Resident.objects.bulk_create(
        Resident(id=r.id, household_id=r.household, name=r.name, birth_year=r.birth_year) for r in own.residents
    )
    Visit.objects.bulk_create(
        Visit(id=v.id, household_id=v.household, on=v.on, outcome=v.outcome, note=v.note, author=user)
        for v in own.visits
    )
    Assist.objects.bulk_create(
        (
            Assist(visit_id=v.id, resident_id=person, service=service, stage=stage, result=result or "")
            for v in own.visits
            for person, service, stage, result in v.assists
        ),
        batch_size=2000,
    )
    Status.objects.bulk_create(
        (
            Status(resident_id=person, service=service, stage=stage, on=on)
            for (person, service), (stage, on) in _stages(own.visits).items()
        ),
        batch_size=2000,
    )


def _stages(visits: Iterable[documents.Visit]) -> dict[tuple[Any, str], tuple[str, date]]:
    found = {}
    for visit in visits:
        for person, service, stage, _ in visit.assists:
            found[(person, service)] = (stage, visit.on)
    return found


def province(counts: str) -> dict[str, Any]:
    """Rows for the figures: people of each hamlet, and how many of them were helped first on which day (PostgreSQL).

    `counts` is the path of a file that `benchmarks.tallies` wrote: the same numbers stand in the product's tallies.
    """
    from django.db import connection
    from rest_framework.authtoken.models import Token

    told = orjson.loads(Path(counts).read_bytes())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE size (hamlet int, people int)")
        cursor.execute("CREATE TEMP TABLE helped (hamlet int, first int, n int, day date)")
        with cursor.copy("COPY naive_hamlet (id, commune, district) FROM STDIN") as copy:
            for n, hamlet in enumerate(told["hamlets"]):
                copy.write_row((n, hamlet["commune"], hamlet["district"]))
        with cursor.copy("COPY size FROM STDIN") as copy:
            for n, hamlet in enumerate(told["hamlets"]):
                copy.write_row((n, hamlet["people"]))
        with cursor.copy("COPY helped FROM STDIN") as copy:
            for n, hamlet in enumerate(told["hamlets"]):
                first = 0
                for day, number in hamlet["helped"]:
                    copy.write_row((n, first, number, date.fromordinal(day)))
                    first += number
        # Loading is not measured: no checks of foreign keys, no waiting for the disk.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        for statement in _ROWS:
            cursor.execute(statement)
    return {"token": Token.objects.create(user=_user("official")).key}


#: four people a household; everybody named; who was helped has a status on the day, and every other one a later one too
_ROWS = (
    """INSERT INTO naive_household (id, hamlet_id, label, people, cluster, lang_screen, lang_listen, lang_read, updated_at)
       SELECT md5('h' || hamlet || '.' || g)::uuid, hamlet, 'Hộ ' || g, least(4, people - 4 * g), '', '', '', '', now()
       FROM size, generate_series(0, (people - 1) / 4) g""",
    """INSERT INTO naive_resident (id, household_id, name, updated_at)
       SELECT md5('r' || hamlet || '.' || g)::uuid, md5('h' || hamlet || '.' || g / 4)::uuid, 'Người ' || g, now()
       FROM size, generate_series(0, people - 1) g""",
    """INSERT INTO naive_status (resident_id, service, stage, "on")
       SELECT md5('r' || hamlet || '.' || g)::uuid, 'vneid', 'told', day FROM helped, generate_series(first, first + n - 1) g""",
    """INSERT INTO naive_status (resident_id, service, stage, "on")
       SELECT md5('r' || hamlet || '.' || g)::uuid, 'stv', 'told', day + 3 FROM helped, generate_series(first, first + n - 1) g
       WHERE g % 2 = 0""",
)


if __name__ == "__main__":
    main()
