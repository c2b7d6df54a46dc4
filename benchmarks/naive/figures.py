"""Figures by GROUP BY over the rows, rolled up to communes and districts in Python."""

from datetime import date
from itertools import accumulate
from typing import Any

from django.db import connection

HELPED = """
    SELECT hamlet_id, first_on, count(*) FROM (
        SELECT h.hamlet_id, s.resident_id, min(s."on") AS first_on
        FROM naive_status s JOIN naive_resident r ON r.id = s.resident_id JOIN naive_household h ON h.id = r.household_id
        GROUP BY h.hamlet_id, s.resident_id
    ) helped WHERE first_on <= %s GROUP BY hamlet_id, first_on
"""
PEOPLE = "SELECT hamlet_id, sum(people) FROM naive_household GROUP BY hamlet_id"


def participation(first: date, last: date) -> dict[str, list[float | None]]:
    """Unit → its share on each day of the period."""
    days = (last - first).days + 1
    with connection.cursor() as cursor:
        cursor.execute('SELECT id, commune, district FROM "naive_hamlet"')
        above = {
            row[0]: (f"hamlet {row[0]}", f"commune {row[1]}", f"district {row[2]}", "all") for row in cursor.fetchall()
        }
        cursor.execute(PEOPLE)
        people: dict[str, int] = {}
        for hamlet, number in cursor.fetchall():
            for unit in above[hamlet]:
                people[unit] = people.get(unit, 0) + number
        cursor.execute(HELPED, [last])
        changes: dict[str, list[int]] = {}
        for hamlet, on, number in cursor.fetchall():
            at = max((_day(on) - first).days, 0)
            for unit in above[hamlet]:
                changes.setdefault(unit, [0] * days)[at] += number
    return {
        unit: [helped / total for helped in accumulate(changes.get(unit, [0] * days))] if total else [None] * days
        for unit, total in people.items()
    }


def people_in_all() -> int:
    """How many people there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(people) FROM naive_household")
        return int(cursor.fetchone()[0])


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
