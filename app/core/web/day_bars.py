"""Counts of the last days as stacked bars: what is drawn, as numbers without a unit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

STEP, WIDTH = 10.0, 8.0  # from one day's bar to the next, and how wide it is
HEIGHT = 60.0
LEAST = 1.5  # height of whatever is not nothing: one failure among thousands is seen


class DayCount(NamedTuple):
    """One day (UTC): name of what is counted -> how many."""

    day: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Bar:
    """One rectangle, from its upper left corner."""

    tone: str
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class DayBars:
    """What a page needs to draw days and to list them.

    Attributes:
        days: oldest first, at least one.
        tones: name -> its tone, from the bottom up; a second word is a class of its own, such as `bad soft`.
    """

    days: Sequence[DayCount]
    tones: Mapping[str, str]
    bar_width = WIDTH
    height = HEIGHT

    @property
    def width(self) -> float:
        """Of all bars."""
        return STEP * len(self.days)

    @property
    def total(self) -> int:
        """Of all days."""
        return sum(day.total for day in self.days)

    @property
    def totals(self) -> dict[str, int]:
        """Of all days, by name."""
        return {name: sum(day.counts.get(name, 0) for day in self.days) for name in self.tones}

    @property
    def busiest(self) -> DayCount:
        """The day with the most, the latest of several."""
        return max(self.days, key=lambda day: (day.total, day.day))

    @property
    def bars(self) -> Iterator[Bar]:
        """Every rectangle; the busiest day reaches the top at most."""
        scale = (HEIGHT - LEAST * len(self.tones)) / max(self.busiest.total, 1)
        for place, day in enumerate(self.days):
            top = HEIGHT
            for name, tone in self.tones.items():
                if count := day.counts.get(name, 0):
                    height = round(LEAST + count * scale, 2)
                    top = round(top - height, 2)
                    yield Bar(tone, STEP * place + (STEP - WIDTH) / 2, top, height)
