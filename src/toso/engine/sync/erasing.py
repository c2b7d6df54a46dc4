"""Erasure in quarantine: payloads that name an erased record lose their content, their receipt stays."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.db.models import Q

from toso.kernel.ids import short

from .models import Quarantine


def scrub_quarantine(records: Sequence[UUID]) -> None:
    """Empty the payload of every quarantined operation that names one of these records."""
    for record in records:
        text = short(record)
        for row in Quarantine.objects.filter(Q(record_id=record) | Q(payload__contains=text)):
            payload = {"op_id": short(row.op_id), "erased": True}
            state = "discarded" if row.state == "waiting" else row.state
            Quarantine.objects.filter(pk=row.pk).update(
                payload=orjson.dumps(payload).decode(), record_id=None, missing_id=None, state=state, params="{}"
            )
