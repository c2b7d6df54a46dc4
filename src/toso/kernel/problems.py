"""The catalogue of user-visible errors: one code, one HTTP status, one pair of sentences per language.

The sentences live in `locale/<lang>/problems.json` under `<code>.title` (what happened) and `<code>.todo`
(what to do). Codes are part of the wire format: a retired code is never used for something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from toso.kernel import messages

DOMAIN: Final = "problems"
FIELDS_DOMAIN: Final = "fields"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One entry of the catalogue.

    `final`: the same request or operation, sent again unchanged, gets the same answer. `params`: names of
    the parameters its sentences use.
    """

    code: str
    status: int
    final: bool = True
    params: tuple[str, ...] = ()


CATALOGUE: Final[dict[str, ProblemKind]] = {}


def define(code: str, status: int, final: bool = True, params: tuple[str, ...] = ()) -> ProblemKind:
    """Enter a code into the catalogue, at import of this file. Raises ValueError for a code defined twice."""
    if code in CATALOGUE:
        raise ValueError(f"problem code {code} is defined twice")
    CATALOGUE[code] = ProblemKind(code, status, final, params)
    return CATALOGUE[code]


class Problem(Exception):
    """An error to be shown to a person: raised anywhere, worded only where it leaves the server."""

    def __init__(self, code: str, /, **params: str | int) -> None:
        """Raises KeyError for a code outside the catalogue, TypeError when a parameter it needs is absent.

        Further parameters may be given; they travel in `params` for programs to read.
        """
        self.kind = CATALOGUE[code]
        absent = [name for name in self.kind.params if name not in params]
        if absent:
            raise TypeError(f"problem {code} needs {', '.join(absent)}")
        self.params: dict[str, str | int] = params
        super().__init__(code)

    @property
    def code(self) -> str:
        """The code, as clients read it."""
        return self.kind.code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status

    @property
    def final(self) -> bool:
        """Whether sending the same again is useless."""
        return self.kind.final

    def title(self, lang: str) -> str:
        """The sentence that says what happened."""
        return self._sentence(lang, "title")

    def todo(self, lang: str) -> str:
        """The sentence that says what to do."""
        return self._sentence(lang, "todo")

    def as_json(self, lang: str) -> dict[str, object]:
        """The members of an RFC 9457 problem document in `lang`, with `code` and `params` added."""
        return {
            "type": f"urn:toso:problem:{self.code}",
            "title": self.title(lang),
            "detail": self.todo(lang),
            "status": self.status,
            "code": self.code,
            "params": self.params,
        }

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code

    def _sentence(self, lang: str, part: str) -> str:
        shown: dict[str, object] = dict(self.params)
        if "field" in shown:
            # People see the field's label where there is one; `params` keeps its code.
            shown["field"] = messages.text(lang, FIELDS_DOMAIN, str(shown["field"]))
        return messages.text(lang, DOMAIN, f"{self.code}.{part}", **shown)


# Requests and sessions
define("malformed_request", 400)
define("body_too_large", 413)
define("not_utf8", 400)
define("unauthorised", 401, final=False)
define("device_revoked", 401)
define("forbidden", 403)
define("not_found", 404)
define("method_not_allowed", 405)
define("too_many_attempts", 429, final=False)
define("sign_in_failed", 401)
define("code_wrong", 401)
define("code_expired", 401)
define("server_error", 500, final=False)
define("unavailable", 503, final=False)
define("loopback_only", 403)

# Operations and streams
define("operation_malformed", 422)
define("operation_kind_unknown", 422)
define("op_id_reused", 409)
define("op_blocked", 409, final=False)
define("cell_not_yours", 403)
define("stream_not_yours", 403)
define("stream_unknown", 404)
define("stream_ended", 410)
define("cursor_ahead", 409)
define("term_ended", 403)
define("term_not_covering_day", 403)
define("arrived_too_late", 403)
define("quarantine_unknown", 404)
define("nothing_to_release", 422)

# Records
define("household_unknown", 422)
define("resident_unknown", 422)
define("visit_unknown", 422)
define("service_unknown", 422)
define("service_not_offered", 422)
define("stage_unknown", 422)
define("member_unknown", 422)
define("household_gone", 422)
define("record_erased", 422)
define("value_invalid", 422, params=("field",))
define("text_too_long", 422, params=("field", "limit"))
define("day_in_future", 422)
define("day_invalid", 422)
define("head_count_invalid", 422)
define("already_exists", 422)
define("already_void", 422)

# Places, indicators, imports
define("unit_unknown", 404)
define("unit_not_on_boundaries", 409)
define("boundaries_unknown", 422)
define("indicator_unknown", 404)
define("period_not_tallied", 422)
define("date_invalid", 400)
define("import_row_invalid", 422)
define("reorganisation_invalid", 422)
