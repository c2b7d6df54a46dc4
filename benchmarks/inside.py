"""What is measured or read in process, each in a program of its own: `python -m benchmarks.inside NAME '{…}'`.

`toso …` needs the product's environment, `naive …` the baseline's.
"""

import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from .measuring import timed


def main() -> None:
    """Run one of the functions below and print what it answers."""
    name, wanted = sys.argv[1], orjson.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    if name.startswith("naive"):
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.naive.settings"
    import django

    django.setup()
    print(orjson.dumps(PROGRAMS[name](**wanted)).decode())


def durability() -> dict[str, Any]:
    """What the database itself says about when a commit counts as done, on a connection as the system opens it."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            found = {}
            for name in ("synchronous_commit", "fsync", "server_version", "shared_buffers"):
                cursor.execute(f"SHOW {name}")
                found[name] = str(cursor.fetchone()[0])
            return found
        cursor.execute("PRAGMA synchronous")
        level = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
        cursor.execute("SELECT sqlite_version()")
        names = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}
        return {"synchronous": names[level], "journal_mode": mode, "sqlite_version": str(cursor.fetchone()[0])}


def stored(province: str) -> dict[str, Any]:
    """How many visits stand in the journal, in receipts, in the tables and in the tallies: all must agree."""
    from django.db import connection

    from toso.insight.indicators.selectors import figure
    from toso.kernel.clock import today
    from toso.kernel.ids import parse_id

    counts: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for name, sql in (
            ("entries", "SELECT count(*) FROM journal_entry WHERE kind LIKE 'visit.%'"),
            (
                "receipts",
                "SELECT count(*) FROM journal_receipt r JOIN journal_entry e ON e.op_id = r.op_id WHERE kind LIKE 'visit.%'",
            ),
            ("visits", "SELECT count(*) FROM visits_visit WHERE state = 'ok'"),
        ):
            cursor.execute(sql)
            counts[name] = cursor.fetchone()[0]
    counts["tallied"] = figure("visits", parse_id(province), today(), today()).value
    return counts


def share_by_day(root: str, first: str, last: str, warm: int, times: int) -> dict[str, Any]:
    """Participation of every unit on every day: milliseconds, how many values, and some of them."""
    from toso.insight.indicators.selectors import figure
    from toso.kernel.ids import parse_id

    unit, start, end = parse_id(root), date.fromisoformat(first), date.fromisoformat(last)

    def ask() -> Any:
        return figure("participation", unit, end, end, from_=start, by="descendant,day")

    took = timed(ask, warm=warm, times=times)
    items = ask().items
    values = [value for item in items for value in item.values or ()]
    return {
        "ms": took.as_json(), "units": len(items), "values": len(values), "missing": sum(v is None for v in values),
        "root": list(items[0].values or ()),
    }  # fmt: skip


def one_indicator(root: str, last: str, warm: int, times: int) -> dict[str, Any]:
    """People of everything below a unit, as one number, and by the units below it."""
    from toso.insight.indicators.selectors import figure
    from toso.kernel.ids import parse_id

    unit, on = parse_id(root), date.fromisoformat(last)
    one = timed(lambda: figure("people", unit, on, on), warm=warm, times=times)
    child = timed(lambda: figure("people", unit, on, on, by="child"), warm=1, times=times)
    found = figure("people", unit, on, on)
    return {
        "ms": one.as_json(), "by_child_ms": child.as_json(), "value": found.value, "hamlets": found.reporting.hamlets
    }  # fmt: skip


def naive_share_by_day(first: str, last: str, warm: int, times: int) -> dict[str, Any]:
    """The same from the rows."""
    from .naive.figures import participation

    start, end = date.fromisoformat(first), date.fromisoformat(last)
    took = timed(lambda: participation(start, end), warm=warm, times=times)
    found = participation(start, end)
    return {"ms": took.as_json(), "values": sum(map(len, found.values())), "root": found["all"]}


def naive_one_indicator(warm: int, times: int) -> dict[str, Any]:
    """People of all hamlets, from the rows."""
    from .naive.figures import people_in_all

    return {"ms": timed(people_in_all, warm=warm, times=times).as_json(), "value": people_in_all()}


PROGRAMS: dict[str, Callable[..., dict[str, Any]]] = {
    "durability": durability,
    "naive-durability": durability,
    "stored": stored,
    "share-by-day": share_by_day,
    "one-indicator": one_indicator,
    "naive-share-by-day": naive_share_by_day,
    "naive-one-indicator": naive_one_indicator,
}


if __name__ == "__main__":
    main()
