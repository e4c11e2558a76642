"""The runs of the last days as bars: what is drawn, as numbers without a unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.runs.status import StatusBucket
from app.core.runs.trend import RunsOfDay

STEP, WIDTH = 10.0, 8.0  # from one day's bar to the next, and how wide it is
HEIGHT = 60.0
LEAST = 1.5  # height of whatever is not nothing: one failure among thousands is seen
# From the bottom up.
TONES = {
    StatusBucket.SUCCEEDED: "good",
    StatusBucket.PARTIALLY_SUCCEEDED: "warn",
    StatusBucket.FAILED: "bad",
}


@dataclass(frozen=True)
class Bar:
    """One rectangle, from its upper left corner."""

    tone: str
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class TrendChart:
    """What the page needs to draw days, say them in a sentence and list them.

    Attributes:
        days: oldest first.
    """

    days: Sequence[RunsOfDay]
    bar_width = WIDTH
    height = HEIGHT

    @property
    def width(self) -> float:
        """Of all bars."""
        return STEP * len(self.days)

    @property
    def total(self) -> int:
        """Runs of all days."""
        return sum(day.total for day in self.days)

    @property
    def busiest(self) -> RunsOfDay:
        """The day with the most runs, the latest of several."""
        return max(self.days, key=lambda day: (day.total, day.day))

    @property
    def totals(self) -> dict[StatusBucket, int]:
        """Runs of all days by bucket."""
        return {bucket: sum(day.counts[bucket] for day in self.days) for bucket in TONES}

    @property
    def sentence(self) -> str:
        """What the drawing shows, for who does not see it."""
        parts = [f"{count:,} {bucket.label}" for bucket, count in self.totals.items() if count]
        most = f"the most on {self.busiest.day.isoformat()}: {self.busiest.total:,}"
        return f"{self.total:,} runs of {len(self.days)} days have ended: {', '.join(parts)}; {most}."

    @property
    def bars(self) -> Iterator[Bar]:
        """Every rectangle; the busiest day reaches the top at most."""
        scale = (HEIGHT - LEAST * len(TONES)) / max(self.busiest.total, 1)
        for place, day in enumerate(self.days):
            top = HEIGHT
            for bucket, tone in TONES.items():
                if day.counts[bucket]:
                    height = round(LEAST + day.counts[bucket] * scale, 2)
                    top = round(top - height, 2)
                    yield Bar(tone, STEP * place + (STEP - WIDTH) / 2, top, height)
