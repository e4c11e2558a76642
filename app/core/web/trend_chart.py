"""The runs of the last days, by how they ended."""

from collections.abc import Sequence

from app.core.runs.status import StatusBucket
from app.core.runs.trend import RunsOfDay
from app.core.web.day_bars import DayBars, DayCount

# From the bottom up.
TONES = {
    StatusBucket.SUCCEEDED: "good",
    StatusBucket.PARTIALLY_SUCCEEDED: "warn",
    StatusBucket.FAILED: "bad",
}


class TrendChart(DayBars):
    """Those bars, and what they show in words."""

    def __init__(self, days: Sequence[RunsOfDay]) -> None:
        """Draw some days, oldest first."""
        counted = [DayCount(day.day, {bucket.value: day.counts[bucket] for bucket in TONES}) for day in days]
        super().__init__(counted, {bucket.value: tone for bucket, tone in TONES.items()})

    @property
    def sentence(self) -> str:
        """What the drawing shows, for who does not see it."""
        parts = [f"{count:,} {StatusBucket(name).label}" for name, count in self.totals.items() if count]
        most = f"the most on {self.busiest.day.isoformat()}: {self.busiest.total:,}"
        return f"{self.total:,} runs of {len(self.days)} days have ended: {', '.join(parts)}; {most}."
