"""What a view is called with: the request, its language and its user; and how pages are rendered."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from toso.engine.accounts.types import UserView
from toso.kernel.messages import LANGUAGES, SOURCE, text

COOKIE: Final = "toso_lang"
DOMAIN: Final = "office"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    request: HttpRequest
    lang: str
    user: UserView | None

    @property
    def someone(self) -> UserView:
        """The user of a page that is not open."""
        assert self.user is not None
        return self.user

    @property
    def address(self) -> str:
        """Where the request comes from; behind the TLS proxy the address that the proxy saw."""
        meta = self.request.META
        if settings.BEHIND_TLS and "HTTP_X_FORWARDED_FOR" in meta:
            return str(meta["HTTP_X_FORWARDED_FOR"]).rpartition(",")[2].strip()
        return str(meta.get("REMOTE_ADDR", ""))

    def t(self, key: str, **params: object) -> str:
        """A sentence of the office in the visitor's language."""
        return text(self.lang, DOMAIN, key, **params)

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page."""
        known = {
            "lang": self.lang,
            "languages": [(code, name) for code, name in settings.LANGUAGES if code in LANGUAGES],
            "user": self.user,
            "demo": settings.DEMO,
            "here": self.request.get_full_path(),
        }
        return render(self.request, f"office/{template}.html", {**known, **context}, status=status)

    def next(self, default: str) -> str:
        """Where to go after this, never to another site."""
        wanted = self.request.POST.get("next") or self.request.GET.get("next") or ""
        return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default

    def to_sign_in(self, *, idle: bool) -> HttpResponse:
        """Off to the door, with the way back."""
        query = {"next": self.request.get_full_path()}
        if idle:
            query["idle"] = "1"
        return HttpResponseRedirect(f"{reverse('office:sign-in')}?{urlencode(query)}")


def language_of(request: HttpRequest, user: UserView | None) -> str:
    """The language chosen on this browser, else the user's own, else Vietnamese."""
    chosen = request.COOKIES.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return user.language if user and user.language in LANGUAGES else SOURCE
