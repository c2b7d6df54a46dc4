"""kill -9 of the server under load, again and again: every acknowledged operation stands exactly once."""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.server import Server, fresh
from toso.kernel import hlc
from toso.kernel.clock import now_ms
from toso.kernel.ids import new_id, short

pytestmark = pytest.mark.slow
KILLS = 5


def operation(kind: str, cell: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "op_id": short(new_id()), "kind": kind, "cell": cell, "base_seq": 0, "made_at": hlc.encode(hlc.pack(now_ms())),
        "phone_at": now_ms(), "offset_ms": 0, "contact_at": None, "data": data,
    }  # fmt: skip


class Member(threading.Thread):
    """A phone that keeps pushing visits; repeats a batch until it is answered."""

    def __init__(self, server: Server, token: str, cell: str, services: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.server, self.token, self.cell, self.services = server, token, cell, services
        self.random = random.Random(seed)
        self.homes: list[str] = []
        self.acknowledged: dict[str, int] = {}
        self.cut = 0
        self.stop = threading.Event()
        self.wrong: list[Any] = []

    def batch(self) -> list[dict[str, Any]]:
        home = short(new_id())
        self.homes.append(home)
        operations = [
            operation("household.add", self.cell, {"id": home, "label": f"Hộ {len(self.homes)}", "people": 3})
        ]
        for _ in range(self.random.randint(1, 15)):
            assists = [{"service": self.random.choice(self.services), "stage": "told"}]
            visit = {
                "id": short(new_id()),
                "household": self.random.choice(self.homes),
                "outcome": "met",
                "assists": assists,
            }
            operations.append(operation("visit.record", self.cell, visit))
        return operations

    def run(self) -> None:
        while not self.stop.is_set():
            waiting = self.batch()
            while waiting:
                try:
                    answer = self.server.call("POST", "/api/v1/operations", self.token, {"operations": waiting})
                except (OSError, ValueError):
                    self.cut += 1
                    time.sleep(0.05)
                    continue
                if "results" not in answer:
                    self.wrong.append(answer)
                    time.sleep(0.2)
                for result in answer.get("results", ()):
                    if result["status"] in ("accepted", "duplicate"):
                        self.acknowledged[result["op_id"]] = result["seq"]
                        waiting = [op for op in waiting if op["op_id"] != result["op_id"]]
                    elif result["status"] == "refused":
                        self.wrong.append(result)
                        waiting = [op for op in waiting if op["op_id"] != result["op_id"]]


CHECK = """
import json, sys
import django
django.setup()
from toso.engine.journal import checking
from toso.engine.journal.models import Entry, Receipt
from toso.kernel.ids import parse_id, short
wanted = json.load(open(sys.argv[1]))
stored = {}
for op, seq in Entry.objects.values_list("op_id", "seq"):
    stored.setdefault(short(op), []).append(seq)
lost = [op for op, seq in wanted.items() if stored.get(op) != [seq]]
print(json.dumps({"lost": lost, "gaps": checking.gaps(), "differences": checking.differences(),
                  "receipts": Receipt.objects.count()}))
"""


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    with fresh(tmp_path) as server:
        world = json.loads(server.run("-m", "tests.helpers.make_world").splitlines()[-1])
        server.start()
        members = [
            Member(server, token, world["cells"][n % 2], world["services"], n)
            for n, token in enumerate([world["tokens"][0], world["tokens"][2], world["tokens"][2], world["tokens"][3]])
        ]
        members[0].cell = members[1].cell = world["cells"][0]
        members[3].cell = world["cells"][1]
        for member in members:
            member.start()
        for n in range(KILLS):
            time.sleep(1.0 + 0.37 * n)
            server.kill()
            server.start()
        time.sleep(1.5)
        for member in members:
            member.stop.set()
        for member in members:
            member.join(timeout=60)
            assert not member.is_alive()
        server.kill()
        acknowledged = {op: seq for member in members for op, seq in member.acknowledged.items()}
        assert sum(member.cut for member in members) > 0, "the kills must have cut somebody off"
        assert [wrong for member in members for wrong in member.wrong] == []
        assert len(acknowledged) > 50
        wanted = tmp_path / "acknowledged.json"
        wanted.write_text(json.dumps(acknowledged))
        script = tmp_path / "check.py"
        script.write_text('import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "toso.config.settings"\n' + CHECK)
        found = json.loads(server.run(str(script), str(wanted)).splitlines()[-1])
        assert found["lost"] == []
        assert found["gaps"] == []
        assert found["differences"] == []
        assert found["receipts"] == len(acknowledged)


READ_BACK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "toso.config.settings"
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    postgres = connection.vendor == "postgresql"
    cursor.execute("SHOW synchronous_commit" if postgres else "PRAGMA synchronous")
    print(connection.vendor, cursor.fetchone()[0])
"""


def test_the_database_confirms_only_what_is_on_disk(tmp_path: Path) -> None:
    with fresh(tmp_path) as server:
        script = tmp_path / "read_back.py"
        script.write_text(READ_BACK)
        kind, value = server.run(str(script)).split()
        assert (kind, value) in {("postgresql", "on"), ("sqlite", "2")}
