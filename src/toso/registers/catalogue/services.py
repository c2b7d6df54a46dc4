"""Decides what enters the catalogue."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.journal.services import writing
from toso.engine.journal.types import COMMON
from toso.engine.sync.types import Header, office_header
from toso.kernel.problems import Problem

from . import selectors
from .seed import SEED
from .types import GROUPS, ServiceAct


def put_services(*, acts: Sequence[ServiceAct], header: Header) -> None:
    """Add or change services. Raises Problem value_invalid, already_exists (code of another service)."""
    with writing([COMMON]) as writer:
        by_code = {known.code: known.id for known in selectors.services().values()}
        for act in acts:
            if act.group not in GROUPS:
                raise Problem("value_invalid", field="group")
            codes = [stage.code for stage in act.stages]
            if not codes or len(set(codes)) != len(codes) or not act.names.get("vi"):
                raise Problem("value_invalid", field="stages")
            if by_code.get(act.code, act.id) != act.id:
                raise Problem("already_exists")
            by_code[act.code] = act.id
            writer.append(COMMON, header.draft("service.put", act.id, act.as_data(), (("services", act.id),)))


def seed_services(*, author: UUID | None = None, on: date | None = None) -> None:
    """The services that the teams promote, with their ladders; ids are fixed, and known ones are left alone."""
    known = selectors.services()
    put_services(acts=[act for act in SEED if act.id not in known], header=office_header(author, on))
