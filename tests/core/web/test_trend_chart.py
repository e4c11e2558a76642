"""The bars of a tenant's last days."""

from datetime import date, timedelta

from app.core.runs.status import StatusBucket
from app.core.runs.trend import RunsOfDay
from app.core.web.day_bars import HEIGHT, LEAST
from app.core.web.trend_chart import TONES, TrendChart

FIRST = date(2026, 3, 1)


def chart(*counts):
    none = dict.fromkeys(TONES, 0)
    return TrendChart([RunsOfDay(FIRST + timedelta(days=n), none | one) for n, one in enumerate(counts)])


def test_the_busiest_day_reaches_the_top_and_no_day_goes_beyond():
    drawn = chart(dict.fromkeys(TONES, 250), {StatusBucket.SUCCEEDED: 1}, {})

    bars = list(drawn.bars)

    assert min(bar.y for bar in bars) == 0
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT + 0.01 for bar in bars)
    assert {bar.x for bar in bars} == {1.0, 11.0}, "a day without runs is a gap"
    assert drawn.width == 30


def test_one_failure_among_thousands_is_high_enough_to_see():
    bars = list(chart({StatusBucket.SUCCEEDED: 10_000, StatusBucket.FAILED: 1}).bars)

    assert [bar.tone for bar in bars] == ["good", "bad"]
    assert bars[1].height >= LEAST
    assert bars[1].y + bars[1].height == bars[0].y, "it stands on the others"


def test_the_drawing_is_said_in_a_sentence():
    drawn = chart({StatusBucket.SUCCEEDED: 1200}, {StatusBucket.SUCCEEDED: 2, StatusBucket.FAILED: 1})

    assert (
        drawn.sentence
        == "1,203 runs of 2 days have ended: 1,202 succeeded, 1 failed; the most on 2026-03-01: 1,200."
    )
