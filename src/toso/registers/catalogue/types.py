"""What crosses the catalogue's boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

GROUPS = ("smartphone", "public_service", "cashless", "identity", "commerce", "news", "wellbeing")


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a ladder, low to high. `counts` names what reaching it counts as (`account`, `use`)."""

    code: str
    names: Mapping[str, str]
    counts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service as others read it; `ends` is the first day it is no longer offered."""

    id: UUID
    code: str
    group: str
    icon: str
    names: Mapping[str, str]
    stages: Sequence[Stage]
    starts: date | None
    ends: date | None
    successor_id: UUID | None
    rank: int
    stage_codes: frozenset[str] = field(default_factory=frozenset)

    def offered(self, on: date) -> bool:
        """Whether the service is offered on a day."""
        return (self.starts is None or self.starts <= on) and (self.ends is None or on < self.ends)

    def name(self, lang: str) -> str:
        """The name in a language, Vietnamese when it is missing."""
        return self.names.get(lang) or self.names["vi"]

    def rank_of(self, stage: str) -> int:
        """Position of a stage on the ladder, from 0. Raises ValueError."""
        return [known.code for known in self.stages].index(stage)


@dataclass(frozen=True, slots=True)
class ServiceAct:
    """Add a service, or change it when the id is known."""

    id: UUID
    code: str
    group: str
    names: Mapping[str, str]
    stages: Sequence[Stage]
    icon: str = ""
    starts: date | None = None
    ends: date | None = None
    successor_id: UUID | None = None
    rank: int = 0

    def as_data(self) -> dict[str, Any]:
        """The content of the entry."""
        return {
            "code": self.code,
            "group": self.group,
            "icon": self.icon,
            "names": dict(self.names),
            "stages": [{"code": s.code, "names": dict(s.names), "counts": list(s.counts)} for s in self.stages],
            "starts": self.starts.isoformat() if self.starts else None,
            "ends": self.ends.isoformat() if self.ends else None,
            "successor": str(self.successor_id) if self.successor_id else None,
            "rank": self.rank,
        }
