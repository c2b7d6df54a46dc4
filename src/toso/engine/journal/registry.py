"""What apps register into the journal: folds and projectors.

A fold is the only writer of its app's field state. A projector runs once per batch, before commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import models

from .types import Entry


class ProjectorRun(Protocol):
    """One batch of one projector: `before` sees entries that are about to be folded, `after` finishes the batch."""

    def before(self, entries: Sequence[Entry]) -> None:
        """Called before the fold, possibly several times in a batch."""

    def after(self) -> None:
        """Called once, when every entry of the batch is folded and before commit."""


@dataclass(frozen=True, slots=True)
class Fold:
    """`apply` writes what entries of the given kinds (the part before the dot) mean; `tables` are its own."""

    app: str
    order: int
    kinds: frozenset[str]
    apply: Callable[[Sequence[Entry]], None]
    tables: tuple[type[models.Model], ...]


@dataclass(slots=True)
class Registry:
    """The folds in order, and the projectors."""

    folds: list[Fold] = field(default_factory=list)
    projectors: list[Callable[[], ProjectorRun]] = field(default_factory=list)

    def fold(
        self,
        app: str,
        *,
        order: int,
        kinds: Sequence[str],
        apply: Callable[[Sequence[Entry]], None],
        tables: Sequence[type[models.Model]],
    ) -> None:
        """Register a fold; one app registers once."""
        if any(known.app == app for known in self.folds):
            raise ValueError(f"fold of {app} is already registered")
        self.folds.append(Fold(app, order, frozenset(kinds), apply, tuple(tables)))
        self.folds.sort(key=lambda known: known.order)

    def known_kinds(self) -> frozenset[str]:
        """Every kind (the part before the dot) that some fold applies."""
        return frozenset().union(*(known.kinds for known in self.folds))

    def apply(self, entries: Sequence[Entry]) -> None:
        """Give each fold its entries, in order of the folds and then of the entries."""
        for known in self.folds:
            own = [entry for entry in entries if entry.kind.partition(".")[0] in known.kinds]
            if own:
                known.apply(own)


registry = Registry()
