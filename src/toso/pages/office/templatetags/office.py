"""Tags that word things in the page's language; they decide nothing."""

from datetime import date
from typing import Any

from django import template

from toso.kernel import messages
from toso.pages.office.visit import DOMAIN

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: dict[str, Any], key: str, **params: object) -> str:
    """A sentence of `locale/<lang>/office.json`, e.g. {% t "unit.hamlets" count=n %}."""
    return messages.text(str(context["lang"]), DOMAIN, key, **params)


@register.simple_tag(takes_context=True)
def day(context: dict[str, Any], value: date) -> str:
    """A day as people write it."""
    return messages.day(str(context["lang"]), value)


@register.simple_tag(takes_context=True)
def number(context: dict[str, Any], value: float) -> str:
    """A number as people write it."""
    return messages.number(str(context["lang"]), value)
