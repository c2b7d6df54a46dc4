"""The figures of a unit, read once for cards, table and map."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from toso.insight.indicators import selectors as indicators

from .types import Reading

LEAD: Final = (
    "participation",
    "guided_directly",
    "zalo_dissemination",
    "online_service_accounts",
    "visited_households",
    "visits",
)
TEAM: Final = ("teams", "team_members", "community_groups", "community_group_members")
GROUND: Final = ("people", "households", "hamlets", "units", "ethnic_minority_share", "khmer_share")
COLUMNS: Final = (
    "people", "households", "hamlets", "teams", "team_members", "participation", "guided_directly",
    "zalo_dissemination", "online_service_accounts", "visited_households", "visits",
)  # fmt: skip
MAPPED: Final = (
    "participation", "zalo_dissemination", "guided_directly", "online_service_accounts", "visited_households",
    "people", "households", "teams", "team_members",
)  # fmt: skip


def readings(unit_id: UUID, on: date, boundaries: date, lang: str, codes: Sequence[str]) -> dict[str, Reading]:
    """The indicators of a unit, with those of the units directly below; unknown codes are left out."""
    return {
        found.indicator.code: Reading(
            code=found.indicator.code,
            name=found.indicator.name,
            explanation=found.indicator.explanation,
            kind=found.indicator.kind,
            version=found.indicator.version,
            value=found.value,
            declared=found.declared,
            reporting=found.reporting.reporting,
            hamlets=found.reporting.hamlets,
            freshest=found.reporting.freshest,
            stalest=found.reporting.stalest,
            below=found.below,
        )
        for found in indicators.figures_for_units(codes, unit_id, on, boundaries, lang)
    }
