"""Decides acts of teams: founding, members' terms, groups and their sizes, hamlet aggregates."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.journal.services import Writer, writing
from toso.engine.journal.types import Data, unit_stream
from toso.engine.sync.types import Header
from toso.kernel.ids import short
from toso.kernel.problems import Problem
from toso.kernel.text import nfc
from toso.registers.places import selectors as places
from toso.registers.roles import selectors as terms
from toso.registers.roles import services as roles
from toso.registers.roles.types import EndTerm, Role, StartTerm

from . import selectors
from .types import (
    GROUP_TOPICS,
    MEMBER_ROLES,
    CountEthnicity,
    CountGroup,
    FoundTeam,
    JoinTeam,
    LeaveTeam,
    NewMember,
    OpenGroup,
    TeamAct,
)

COUNT_MAX = 100_000


def act_on_teams(*, acts: Sequence[TeamAct], header: Header) -> None:
    """Decide a list of acts in one transaction; all stand or fall together.

    Members' terms start and end in the same transaction. Raises Problem unit_unknown, unit_not_on_boundaries,
    value_invalid, text_too_long, already_exists, member_unknown.
    """
    lives = places.lives(list({act.unit_id for act in acts}))
    for act in acts:
        if act.unit_id not in lives:
            raise Problem("unit_unknown")
    with writing({unit_stream(act.unit_id) for act in acts}) as writer:
        teams = selectors.teams_by_id([act.id for act in acts if isinstance(act, FoundTeam)])
        starts: list[StartTerm] = []
        leaving: list[LeaveTeam] = []
        for act in acts:
            if isinstance(act, FoundTeam):
                if act.id in teams:
                    raise Problem("already_exists")
                starts.extend(_start(act.unit_id, act.id, member, act.starts) for member in act.members)
            elif isinstance(act, JoinTeam):
                starts.append(_start(act.unit_id, act.team_id, act.member, act.starts))
            elif isinstance(act, LeaveTeam):
                leaving.append(act)
            _append(writer, header, act)
        writer.flush()
        if starts:
            roles.start_terms(acts=starts, author=header.author, writer=writer)
        if leaving:
            roles.end_terms(acts=_ends(leaving), author=header.author, writer=writer)


def _start(unit: UUID, team: UUID, member: NewMember, day: date) -> StartTerm:
    if member.role not in MEMBER_ROLES:
        raise Problem("value_invalid", field="role")
    return StartTerm(person_id=member.id, role=Role(member.role), unit_id=unit, starts=day, team_id=team)


def _ends(leaving: Sequence[LeaveTeam]) -> list[EndTerm]:
    running = terms.terms_in([act.team_id for act in leaving])
    ends: list[EndTerm] = []
    for act in leaving:
        own = [
            term
            for term in running.get(act.team_id, ())
            if term.person_id == act.member_id and (term.ends is None or term.ends > act.ends)
        ]
        if not own:
            raise Problem("member_unknown", id=short(act.member_id))
        ends.extend(EndTerm(term_id=term.id, ends=act.ends) for term in own)
    return ends


def _text(value: str, name: str, limit: int) -> str:
    text = nfc(value)
    if not text:
        raise Problem("value_invalid", field=name)
    if len(text) > limit:
        raise Problem("text_too_long", field=name, limit=limit)
    return text


def _member(member: NewMember) -> Data:
    data: Data = {"id": short(member.id), "name": _text(member.name, "name", 120), "role": member.role}
    if member.speaks_khmer is not None:
        data["speaks_khmer"] = member.speaks_khmer
    return data


def _append(writer: Writer, header: Header, act: TeamAct) -> None:
    stream = unit_stream(act.unit_id)
    if isinstance(act, FoundTeam):
        data: Data = {
            "name": _text(act.name, "name", 160),
            "decision": nfc(act.decision)[:120],
            "members": [_member(member) for member in act.members],
        }
        touches = [("teams", act.id), *(("members", member.id) for member in act.members)]
        writer.append(stream, header.draft("team.founded", act.id, data, touches, act.starts))
    elif isinstance(act, JoinTeam):
        data = {"team": short(act.team_id), **_member(act.member)}
        touches = [("members", act.member.id)]
        writer.append(stream, header.draft("team.joined", act.member.id, data, touches, act.starts))
    elif isinstance(act, LeaveTeam):
        data = {"team": short(act.team_id)}
        touches = [("members", act.member_id)]
        writer.append(stream, header.draft("team.left", act.member_id, data, touches, act.ends))
    elif isinstance(act, OpenGroup):
        if act.topic not in GROUP_TOPICS:
            raise Problem("value_invalid", field="topic")
        data = {"team": short(act.team_id), "name": _text(act.name, "name", 120), "topic": act.topic}
        writer.append(stream, header.draft("group.opened", act.id, data, [("groups", act.id)], act.starts))
    elif isinstance(act, CountGroup):
        data = {"members": _count(act.members, "members")}
        writer.append(stream, header.draft("group.counted", act.group_id, data, [("groups", act.group_id)], act.on))
    elif isinstance(act, CountEthnicity):
        data = {"group": _text(act.group, "group", 20), "people": _count(act.people, "people")}
        writer.append(stream, header.draft("ethnicity.counted", act.unit_id, data, (), act.on))


def _count(value: int, name: str) -> int:
    if not 0 <= value <= COUNT_MAX:
        raise Problem("value_invalid", field=name)
    return value
