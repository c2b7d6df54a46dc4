"""Chance that repeats: every part of the demonstration has its own dice, and ids carry the moment they stand for."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from toso.kernel.clock import day_start_ms

SEED: Final = 20240930
HOUR: Final = 3_600_000


class Dice(random.Random):
    """Seeded by what they are thrown for, so that a change in one place leaves all others as they were."""

    def __init__(self, *about: object) -> None:
        super().__init__(":".join(str(part) for part in (SEED, *about)))

    def id_at(self, ms: int) -> UUID:
        """A UUIDv7 as it might have been made at a moment."""
        bits = self.getrandbits(74)
        return UUID(int=(ms << 80) | (7 << 76) | ((bits >> 62) << 64) | (2 << 62) | (bits & ((1 << 62) - 1)))

    def id_on(self, day: date) -> UUID:
        """A UUIDv7 as it might have been made on a day."""
        return self.id_at(self.moment(day))

    def moment(self, day: date) -> int:
        """A moment of a day when people knock on doors: before noon, more often towards evening."""
        if self.random() < 0.3:
            return day_start_ms(day) + 8 * HOUR + self.randrange(3 * HOUR)
        return day_start_ms(day) + 16 * HOUR + self.randrange(4 * HOUR)

    def share(self, probability: float) -> bool:
        """Whether something happens that does so with this probability."""
        return self.random() < probability


def divided(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to weights whose sum is exactly `total` (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def spread(dice: Dice, total: int, count: int, low: int, high: int) -> list[int]:
    """`count` whole numbers between two bounds whose sum is exactly `total`."""
    values = [dice.randint(low, high) for _ in range(count)]
    missing = total - sum(values)
    step = 1 if missing > 0 else -1
    while missing:
        i = dice.randrange(count)
        if low <= values[i] + step <= high:
            values[i] += step
            missing -= step
    return values
