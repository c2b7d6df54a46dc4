"""What crosses the boundary of the access log."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReadView:
    """One read of personal data. `subject` is the name of a stream or `collection:id`; `at` is in ms."""

    at: int
    user_id: UUID
    subject: str
    page: str
    address: str
