"""The pages: one entry for each path, with its access rule. There is no other way to add one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.http import HttpResponse


class Access(Enum):
    """The rules. What a user may see of a unit is decided in `access`."""

    OPEN = "open"
    """Nobody in particular: signing in, the language, the way in."""
    SIGNED_IN = "signed_in"
    """A user whose office session has not ended."""


View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """One path. `methods` maps a method to its view."""

    path: str
    name: str
    access: Access
    methods: Mapping[str, View]


@dataclass(slots=True)
class Registry:
    """All pages in the order of their registration."""

    pages: dict[str, Page] = field(default_factory=dict)

    def add(self, method: str, path: str, name: str, access: Access, view: View) -> None:
        """Register a method of a path; the rule is one for all methods of a path."""
        known = self.pages.get(path)
        if known and (known.access, known.name) != (access, name):
            raise ValueError(f"{path} has one name and one rule")
        methods = {**(known.methods if known else {}), method: view}
        self.pages[path] = Page(path, name, access, methods)


registry = Registry()


def page(method: str, path: str, *, name: str, access: Access) -> Callable[[View], View]:
    """Register a view. It is called with a `Visit` and the path's ids."""

    def register(view: View) -> View:
        registry.add(method, path, name, access, view)
        return view

    return register
