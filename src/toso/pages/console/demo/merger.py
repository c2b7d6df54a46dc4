"""1 July 2025: the units of the reorganisation, roles passed on, and the teams that follow their communes."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from toso.engine.sync.types import Header
from toso.kernel.clock import day_start_ms, frozen
from toso.registers.places import selectors as places
from toso.registers.places.services import seed_merger_2025
from toso.registers.places.types import Level
from toso.registers.roles.services import pass_on_roles
from toso.registers.roles.types import PassOn
from toso.registers.teams.services import act_on_teams
from toso.registers.teams.types import FoundTeam, LeaveTeam, NewMember, TeamAct

from . import facts
from .dice import HOUR, Dice
from .province import ProvincePlan, TeamPlan

SIZE = 9


def reorganise(plan: ProvincePlan, header: Header) -> None:
    """Enter the decision, pass roles on, and found teams at the new communes out of those of the old ones."""
    with frozen(day_start_ms(facts.MERGER) + 6 * HOUR):
        units = seed_merger_2025(author=header.author)
        pass_on_roles(acts=[PassOn(on=facts.MERGER)], author=header.author)
    at = day_start_ms(facts.MERGER + timedelta(days=1)) + 9 * HOUR
    with frozen(at):
        act_on_teams(acts=_leaving(plan, units), header=header)
        act_on_teams(acts=_founding(plan, units), header=header)


def _ended(plan: ProvincePlan, units: Mapping[str, UUID]) -> dict[str, TeamPlan]:
    """Teams of communes and districts that ended, by the code of the old unit."""
    kept = set(units.values())
    return {code: team for code, team in plan.teams.items() if plan.units[code].id not in kept}


def _leaving(plan: ProvincePlan, units: Mapping[str, UUID]) -> list[TeamAct]:
    return [
        LeaveTeam(team.id, team.unit_id, member.id, facts.MERGER)
        for team in _ended(plan, units).values()
        for member in _members(team)
    ]


def _members(team: TeamPlan) -> list[NewMember]:
    """Members on the day of the merger."""
    if team.change is None or team.change[0] >= facts.MERGER:
        return team.members
    _, gone, newcomer = team.change
    return [member for member in team.members if member.id != gone] + [newcomer]


def _founding(plan: ProvincePlan, units: Mapping[str, UUID]) -> list[TeamAct]:
    heirs: dict[UUID, list[TeamPlan]] = {}
    for code, team in _ended(plan, units).items():
        unit = plan.units[code]
        if unit.level is Level.COMMUNE:
            for heir in places.successors(unit.id, facts.MERGER):
                heirs.setdefault(heir.id, []).append(team)
    acts: list[TeamAct] = []
    for unit_id, teams in heirs.items():
        view = places.require_unit(unit_id, facts.MERGER)
        people: list[NewMember] = []
        for place in range(SIZE):
            people += [own[place] for own in map(_members, teams) if place < len(own)]
        members = [
            NewMember(person.id, person.name, ("leader", "deputy")[n] if n < 2 else "member", person.speaks_khmer)
            for n, person in enumerate(people[:SIZE])
        ]
        name = f"Tổ công nghệ số cộng đồng {view.kind[0].lower()}{view.kind[1:]} {view.name_vi}"
        dice = Dice("merged team", view.code)
        decision = f"Quyết định số {dice.randrange(2, 40)}/QĐ-UBND ngày 01/07/2025"
        acts.append(FoundTeam(dice.id_on(facts.MERGER), unit_id, name, facts.MERGER, members, decision))
    return acts
