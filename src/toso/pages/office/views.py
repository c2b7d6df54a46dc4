"""The pages: parse, check access, answer."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from toso.engine.accounts import services, sessions
from toso.engine.accounts.types import NewUser
from toso.kernel.clock import now_ms, today
from toso.kernel.ids import parse_id
from toso.kernel.messages import LANGUAGES, day
from toso.kernel.problems import Problem

from . import access, figures, team
from .link import Link, read_link
from .overview import boundary_choices, day_choices, elsewhere, overview
from .registry import Access, page
from .visit import COOKIE, Visit

__all__ = ["app", "home", "language", "sign_in", "sign_in_form", "sign_out", "team_page", "unit", "welcome"]
YEAR: Final = 365 * 86_400
DEMO_ACCOUNTS: Final = ("tinh", "huyen", "xa", "totruong", "thanhvien1", "thanhvien2", "hangxom")
DEMO_PASSWORD: Final = "demo-to-so"  # noqa: S105 (invented data, loopback only)


@page("GET", "", name="welcome", access=Access.OPEN)
def welcome(visit: Visit) -> HttpResponse:
    """The way in: phone app or office."""
    return visit.show("welcome")


@page("GET", "app/", name="app", access=Access.OPEN)
def app(visit: Visit) -> HttpResponse:
    """Where the phone app should be: its files are served before this page is asked."""
    return visit.show("problem", 404, title=visit.t("app_missing.title"), todo=visit.t("app_missing.todo"))


@page("GET", "office/sign-in", name="sign-in", access=Access.OPEN)
def sign_in_form(visit: Visit) -> HttpResponse:
    """The door."""
    if visit.user is not None:
        return HttpResponseRedirect(visit.next(reverse("office:home")))
    return _sign_in_page(visit)


@page("POST", "office/sign-in", name="sign-in", access=Access.OPEN)
def sign_in(visit: Visit) -> HttpResponse:
    """Check name and password and open a session."""
    form = visit.request.POST
    username, password = form.get("username", "")[:200], form.get("password", "")[:1000]
    if not username.strip() or not password:
        return _sign_in_page(visit, visit.t("sign_in.both"), status=400)
    try:
        user = services.verify(username=username, password=password, address=visit.address)
    except Problem as problem:
        return _sign_in_page(visit, f"{problem.title(visit.lang)} {problem.todo(visit.lang)}", problem.status)
    sessions.begin(visit.request.session, user, now_ms())
    return HttpResponseRedirect(visit.next(reverse("office:home")))


def _sign_in_page(visit: Visit, error: str = "", status: int = 200) -> HttpResponse:
    hints = [(name, visit.t(f"demo.{name}")) for name in DEMO_ACCOUNTS] if settings.DEMO else []
    return visit.show(
        "sign_in", status, error=error, hints=hints, password=DEMO_PASSWORD, next=visit.next(""),
        idle="idle" in visit.request.GET, username=visit.request.POST.get("username", "")[:200],
    )  # fmt: skip


@page("POST", "office/sign-out", name="sign-out", access=Access.OPEN)
def sign_out(visit: Visit) -> HttpResponse:
    """End the session."""
    visit.request.session.flush()
    return HttpResponseRedirect(reverse("office:sign-in"))


@page("POST", "office/language", name="language", access=Access.OPEN)
def language(visit: Visit) -> HttpResponse:
    """Choose the language of the pages on this browser, and of a signed-in user."""
    chosen = visit.request.POST.get("language", "")
    if chosen not in LANGUAGES:
        raise Problem("value_invalid", field="language")
    if visit.user is not None:
        services.set_language(user_id=visit.user.id, language=chosen)
    response = HttpResponseRedirect(visit.next(reverse("office:welcome")))
    response.set_cookie(
        COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
    return response


@page("GET", "office/", name="home", access=Access.SIGNED_IN)
def home(visit: Visit) -> HttpResponse:
    """To the user's own unit, by boundaries on which it exists."""
    own = access.own_unit(visit.someone)
    if own is None:
        return visit.show("problem", 403, title=visit.t("no_unit.title"), todo=visit.t("no_unit.todo"))
    unit_id, boundaries = own
    return HttpResponseRedirect(Link(unit_id, today(), boundaries).url())


@page("GET", "office/units/<str:id>/", name="unit", access=Access.SIGNED_IN)
def unit(visit: Visit, id: str) -> HttpResponse:
    """The overview of a unit; the whole state is in the link."""
    unit_id = _unit_id(id)
    now = today()
    wanted = read_link(unit_id, visit.request.GET, now, frozenset(figures.COLUMNS))
    if not wanted.plain and not wanted.problems:
        return HttpResponseRedirect(wanted.link.url())
    link = wanted.link
    pickers = {
        "link": link,
        "action": reverse("office:unit", args=[id]),
        "on_text": visit.request.GET.get("on", "")[:40] if "on" in wanted.problems else day("vi", link.on),
        "boundaries_text": (
            visit.request.GET.get("boundaries", "")[:40]
            if "boundaries" in wanted.problems
            else day("vi", link.boundaries)
        ),
        "errors": [
            visit.t(f"picker.wrong.{problem.code}", text=visit.request.GET.get(field, "")[:40])
            for field, problem in wanted.problems.items()
        ],
        "wrong": frozenset(wanted.problems),
        "day_choices": day_choices(visit, link, now),
        "boundary_choices": boundary_choices(visit, link, now),
        "order": link.order,
        "tint": link.tint,
        "same": link.on == link.boundaries,
    }
    status = 400 if wanted.problems else 200
    try:
        shown = overview(visit, link)
    except Problem as problem:
        if problem.code != "unit_not_on_boundaries":
            raise
        name, ways, own = elsewhere(visit, link)
        return visit.show("elsewhere", problem.status, name=name, ways=ways, own=own, **pickers)
    team_url = reverse("office:team", args=[id]) if access.leads(visit.someone, unit_id) else ""
    return visit.show("unit", status, view=shown, team_url=team_url, **pickers)


@page("GET", "office/units/<str:id>/team/", name="team", access=Access.SIGNED_IN)
def team_page(visit: Visit, id: str) -> HttpResponse:
    """The team of a unit, for those who lead it."""
    return _team_page(visit, id)


@page("POST", "office/units/<str:id>/team/", name="team", access=Access.SIGNED_IN)
def issue_code(visit: Visit, id: str) -> HttpResponse:
    """A code for a member's phone, shown this once."""
    return _team_page(visit, id, visit.request.POST.get("member", ""))


def _team_page(visit: Visit, id: str, member: str = "") -> HttpResponse:
    unit_id = _unit_id(id)
    found = access.team_for_edit(visit.someone, unit_id, address=visit.address)
    code = None
    if visit.request.method == "POST":
        try:
            member_id = UUID(member)
        except ValueError:
            raise Problem("member_unknown") from None
        name = team.member_name(unit_id, member_id, today())
        services.ensure_users(acts=[NewUser(member_id, name)])
        digits = services.issue_code(user_id=member_id, by=visit.someone.id, hours=team.HOURS)
        code = team.code_shown(visit, name, digits)
    now = today()
    return visit.show(
        "team", name=found.name(visit.lang), parts=team.parts(visit, unit_id, now), code=code, hours=team.HOURS,
        back=Link(unit_id, now, now).url(),
    )  # fmt: skip


def _unit_id(text: str) -> UUID:
    try:
        return parse_id(text)
    except ValueError:
        raise Problem("unit_unknown") from None
