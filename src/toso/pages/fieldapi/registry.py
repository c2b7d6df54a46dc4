"""The endpoints: one entry for each method and path, with its access rule and what the OpenAPI document says of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .access import Access
from .http import Answer

Schema = dict[str, Any]
View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `problems` are the codes beyond those that `access` and the gate may give."""

    method: str
    path: str
    access: Access
    view: View
    summary: str
    answer: Schema | None
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    status: int = 200


@dataclass(slots=True)
class Registry:
    """All endpoints, in the order of their registration."""

    endpoints: list[Endpoint] = field(default_factory=list)

    def add(self, endpoint: Endpoint) -> None:
        """Register; a method of a path is registered once."""
        if any((known.method, known.path) == (endpoint.method, endpoint.path) for known in self.endpoints):
            raise ValueError(f"{endpoint.method} {endpoint.path} is already registered")
        self.endpoints.append(endpoint)

    def paths(self) -> dict[str, dict[str, Endpoint]]:
        """Endpoints by path, then by method."""
        found: dict[str, dict[str, Endpoint]] = {}
        for endpoint in self.endpoints:
            found.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        return found


registry = Registry()


def endpoint(
    method: str,
    path: str,
    *,
    access: Access,
    answer: Schema | None,
    body: Schema | None = None,
    query: Mapping[str, Schema] | None = None,
    required: tuple[str, ...] = (),
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Callable[[View], View]:
    """Register a view; its first sentence of documentation is the summary. It is called with a `Call` and path ids."""

    def register(view: View) -> View:
        summary = (view.__doc__ or "").strip().split("\n")[0].rstrip(".")
        registry.add(
            Endpoint(method, path, access, view, summary, answer, body, query or {}, required, problems, status)
        )
        return view

    return register
