"""JSON schemas of bodies and answers, as the OpenAPI document shows them. Unknown members are always allowed."""

from typing import Any, Final

Schema = dict[str, Any]


def obj(required: dict[str, Schema] | None = None, **optional: Schema) -> Schema:
    """An object with these members; further ones are allowed."""
    must = required or {}
    schema: Schema = {"type": "object", "properties": {**must, **optional}}
    if must:
        schema["required"] = sorted(must)
    return schema


def array(items: Schema, **limits: int) -> Schema:
    """A list of items."""
    return {"type": "array", "items": items, **limits}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
MS: Final[Schema] = {"type": "integer", "description": "milliseconds since 1970 UTC"}
ID: Final[Schema] = {
    "type": "string",
    "pattern": "^([A-Za-z0-9_-]{22}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
    "description": "UUIDv7, 22 characters of base64url; the hyphenated form is accepted",
}
DAY: Final[Schema] = {"type": "string", "format": "date", "description": "a day in Asia/Ho_Chi_Minh"}
MONTH: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
ANY: Final[Schema] = {}
OBJECT: Final[Schema] = {"type": "object"}

PROBLEM: Final = obj(
    {"type": TEXT, "title": TEXT, "detail": TEXT, "status": WHOLE, "code": TEXT, "params": OBJECT},
)

DEVICE: Final = obj({"name": TEXT}, app=nullable(TEXT))
USER: Final = obj({"id": ID, "name": TEXT, "language": one_of("vi", "km", "en")})
SERVER: Final = obj({"now": MS, "seal_key": TEXT})
SIGN_IN: Final = obj({"username": TEXT, "password": TEXT, "device": DEVICE})
ENROL: Final = obj({"code": TEXT, "device": DEVICE})
SIGNED_IN: Final = obj({"token": TEXT, "device_id": ID, "user": USER, "server": SERVER})

UNIT_REF: Final = obj({"id": ID, "code": TEXT, "level": TEXT, "name": TEXT})
ROLE: Final = obj({"role": TEXT, "unit": UNIT_REF, "team": nullable(ID), "starts": DAY, "ends": nullable(DAY)})
COMMUNE_NAME: Final[Schema] = {"type": ["string", "null"], "description": "name of the commune"}
CELL: Final = obj({"id": ID, "name": TEXT, "unit": nullable(ID), "commune": COMMUNE_NAME, "held": FLAG})
ME: Final = obj(
    {
        "user": USER,
        "device_id": ID,
        "roles": array(ROLE),
        "cells": array(CELL),
        "streams": array(TEXT),
        "server": SERVER,
    }
)

TABLE: Final = obj({"fields": array(TEXT), "rows": array(array(ANY))})
PULLED: Final = obj(
    {"stream": TEXT, "epoch": TEXT, "seq": COUNT, "head": COUNT, "durable_seq": COUNT, "more": FLAG, "now": MS},
    since=MONTH,
    rows={"type": "object", "additionalProperties": TABLE},
    gone={"type": "object", "additionalProperties": array(ID)},
    digest={"type": "string", "pattern": "^[0-9a-f]{16}$"},
)

OPERATION: Final = obj(
    {"op_id": ID},
    kind=TEXT,
    cell=nullable(TEXT),
    base_seq=COUNT,
    made_at={"type": "string", "pattern": "^[0-9a-f]{16}$"},
    phone_at=MS,
    offset_ms=nullable(WHOLE),
    contact_at=nullable(MS),
    day=nullable(DAY),
    replaces=nullable(ID),
    data=OBJECT,
    sealed=TEXT,
)
OPERATIONS: Final = obj({"operations": array(OPERATION, maxItems=500)})
RESULT: Final = obj(
    {"op_id": TEXT, "status": one_of("accepted", "duplicate", "conflict", "refused", "blocked_by")},
    stream=nullable(TEXT),
    seq=nullable(COUNT),
    lost=OBJECT,
    op_id_blocking=nullable(TEXT),
    code=TEXT,
    title=TEXT,
    detail=TEXT,
    params=OBJECT,
)
RESULTS: Final = obj({"results": array(RESULT), "now": MS})

QUARANTINED: Final = obj(
    {
        "op_id": ID, "kind": TEXT, "user": ID, "stream": TEXT, "received_at": MS, "operation": OBJECT,
        "code": TEXT, "title": TEXT, "detail": TEXT, "params": OBJECT,
    }
)  # fmt: skip
VERDICT: Final = obj({"verdict": one_of("release", "discard")}, reason=nullable(TEXT))
SETTLED: Final = obj(
    {"op_id": ID, "status": one_of("released", "discarded")}, stream=nullable(TEXT), seq=nullable(COUNT)
)

LEVEL: Final = one_of("province", "district", "commune", "hamlet")
UNIT: Final = obj(
    {"id": ID, "code": TEXT, "level": LEVEL, "name": TEXT},
    name_km=nullable(TEXT),
    parent=nullable(ID),
    starts=nullable(DAY),
    ends=nullable(DAY),
)
UNITS: Final = obj({"items": array(UNIT), "boundaries": DAY, "more": FLAG})

DEFINITION: Final = obj(
    {"code": TEXT, "name": TEXT, "explanation": TEXT, "kind": one_of("stock", "flow", "ratio"), "version": WHOLE},
    unit=TEXT,
    subject=TEXT,
    numerator=nullable(TEXT),
    denominator=nullable(TEXT),
    dimensions=array(TEXT),
)
INDICATORS: Final = obj({"items": array(DEFINITION)})
LINE: Final = obj(
    unit=UNIT_REF, day=DAY, value=nullable(NUMBER), declared=nullable(NUMBER), values=array(nullable(NUMBER))
)
FIGURE: Final = obj(
    {
        "value": nullable(NUMBER), "indicator": DEFINITION, "unit": UNIT_REF, "on": DAY, "boundaries": DAY,
        "hamlets": COUNT, "hamlets_reporting": COUNT, "freshest": nullable(DAY), "stalest": nullable(DAY),
        "declared": nullable(NUMBER), "computed_at": MS,
    },
    period=obj({"from": nullable(DAY), "to": DAY}),
    coverage=nullable(obj({"loaded": COUNT, "exist": COUNT})),
    computing={"type": "number", "minimum": 0, "maximum": 1},
    breakdown=one_of("child", "descendant", "day", "descendant,day"),
    by=array(LINE),
)  # fmt: skip
HEALTH: Final = obj({"status": one_of("ok"), "version": TEXT, "database": TEXT, "now": MS})
