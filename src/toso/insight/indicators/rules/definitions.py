"""What each indicator is, as data. Names and explanations are in `locale/<lang>/indicators.json`."""

from dataclasses import dataclass
from typing import Final, Literal

from .blocks import measure_id
from .steps import (
    ETHNIC_MINORITY,
    ETHNIC_TOTAL,
    GROUP_MEMBERS,
    GROUPS,
    GUIDED,
    HOUSEHOLDS,
    MEMBERS,
    OUTCOMES,
    PARTICIPANTS,
    PEOPLE,
    TEAMS,
    VISITED,
    ZALO,
)

Kind = Literal["stock", "flow", "ratio"]
Where = Literal["cell", "unit", "tree"]
GUIDING_GROUPS: Final = ("smartphone", "public_service", "cashless")
ACCOUNT_SERVICE: Final = "dich_vu_cong"
ACCOUNT: Final = "account"
MOVED_IN: Final = "moved_in"
HOUSEHOLDS_KNOWN: Final = ("household", MOVED_IN)
RESIDENTS_KNOWN: Final = ("resident", MOVED_IN)


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator.

    `where`: at what its recorded measures are kept (`tree`: it is counted from the boundaries). `measures` are the
    recorded ones; empty for those that depend on the catalogue (`by_service`). `known_by`: kinds of entries after
    which a node's value is known. Ratios have numerator and denominator, which are definitions too. `listed`: shown
    among the indicators.
    """

    code: str
    kind: Kind
    subject: str
    where: Where = "cell"
    measures: tuple[int, ...] = ()
    known_by: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    by_service: bool = False
    dimensions: tuple[str, ...] = ()
    version: int = 1
    listed: bool = True


def _ratio(code: str, numerator: str, denominator: str, subject: str = "resident") -> Definition:
    return Definition(code, "ratio", subject, numerator=numerator, denominator=denominator)


_ALL: Final = (
    Definition("people", "stock", "household", measures=(PEOPLE,), known_by=HOUSEHOLDS_KNOWN),
    Definition("households", "stock", "household", measures=(HOUSEHOLDS,), known_by=HOUSEHOLDS_KNOWN),
    Definition("hamlets", "stock", "unit", where="tree"),
    Definition("units", "stock", "unit", where="tree"),
    Definition("teams", "stock", "team", where="unit", measures=(TEAMS,), known_by=("team",)),
    Definition("team_members", "stock", "member", where="unit", measures=(MEMBERS,), known_by=("team",)),
    Definition("community_groups", "stock", "group", where="unit", measures=(GROUPS,), known_by=("group", "group_count")),
    Definition(
        "community_group_members", "stock", "group", where="unit", measures=(GROUP_MEMBERS,), known_by=("group_count",)
    ),
    _ratio("ethnic_minority_share", "minority_people", "counted_people", "hamlet"),
    _ratio("khmer_share", "khmer_people", "counted_people", "hamlet"),
    _ratio("participation", "participants", "people"),
    _ratio("guided_directly", "guided", "participants"),
    _ratio("zalo_dissemination", "zalo_reached", "participants"),
    Definition("participants", "stock", "resident", measures=(PARTICIPANTS,), known_by=RESIDENTS_KNOWN),
    Definition("guided", "stock", "resident", measures=(GUIDED,), known_by=RESIDENTS_KNOWN),
    Definition("zalo_reached", "stock", "resident", measures=(ZALO,), known_by=RESIDENTS_KNOWN),
    Definition("online_service_accounts", "stock", "resident", known_by=RESIDENTS_KNOWN, by_service=True),
    Definition(
        "residents_at_stage", "stock", "resident", known_by=RESIDENTS_KNOWN, by_service=True,
        dimensions=("service", "stage"),
    ),
    Definition(
        "visits", "flow", "visit", measures=tuple(measure_id("visits", name) for name in OUTCOMES),
        known_by=(*HOUSEHOLDS_KNOWN, "visit"),
    ),
    Definition("visited_households", "stock", "household", measures=(VISITED,), known_by=HOUSEHOLDS_KNOWN),
    Definition(
        "assists", "flow", "assist", known_by=(*HOUSEHOLDS_KNOWN, "visit", "day_sheet"), by_service=True,
        dimensions=("service",),
    ),
    Definition(
        "minority_people", "stock", "hamlet", where="unit", measures=(ETHNIC_MINORITY,), known_by=("ethnicity",),
        listed=False,
    ),
    Definition(
        "khmer_people", "stock", "hamlet", where="unit", measures=(measure_id("ethnicity", "khmer"),),
        known_by=("ethnicity",), listed=False,
    ),
    Definition(
        "counted_people", "stock", "hamlet", where="unit", measures=(ETHNIC_TOTAL,), known_by=("ethnicity",),
        listed=False,
    ),
)  # fmt: skip

DEFINITIONS: Final = {definition.code: definition for definition in _ALL}

_ALIASES: Final = {d.code: d.numerator for d in _ALL if d.kind == "ratio" and DEFINITIONS[d.numerator].listed}


def declared_as(indicator: str) -> str:
    """The indicator that an opening figure belongs to: one of a ratio declares its numerator."""
    return _ALIASES.get(indicator, indicator)


_OWN_WORDS: Final = {"group.counted": "group_count", "household.moved_in": MOVED_IN}


def kind_seen(entry_kind: str) -> str:
    """The word under which an entry makes a node's values known. A household that moves in brings its residents."""
    return _OWN_WORDS.get(entry_kind) or entry_kind.partition(".")[0]


def declared_kind(indicator: str) -> str:
    """The word under which an opening figure makes the declared part of an indicator known."""
    return f"declared:{indicator}"
