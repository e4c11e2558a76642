"""Which moments an expression names in a zone, on ordinary days and when clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile

import pytest

from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.schedules.cron import Cron, known_zones

SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)  # Berlin: 02:00 CET becomes 03:00 CEST
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)  # Berlin: 03:00 CEST becomes 02:00 CET
HOUR = timedelta(hours=1)


def local_slots(expression, since, count, zone="Europe/Berlin"):
    cron = Cron.of(expression, zone)
    return [f"{slot.astimezone(cron.zone):%d %H:%M %Z}" for slot in islice(cron.after(since), count)]


def test_slots_are_told_in_utc_and_lie_after_the_moment():
    cron = Cron.of("0 3 * * *", "Europe/Berlin")
    three = datetime(2026, 6, 1, 1, tzinfo=UTC)

    assert next(cron.after(three - timedelta(microseconds=1))) == three
    assert next(cron.after(three)) == three + timedelta(days=1)


def test_the_newest_slot_may_be_this_very_moment():
    cron = Cron.of("0 3 * * *", "UTC")
    three = datetime(2026, 6, 1, 3, tzinfo=UTC)

    assert cron.newest(three) == three
    assert cron.newest(three + timedelta(microseconds=1)) == three
    assert cron.newest(three - timedelta(microseconds=1)) == three - timedelta(days=1)


def test_a_time_that_spring_skips_is_the_first_moment_after_the_gap():
    assert local_slots("30 2 * * *", SPRING - 24 * HOUR, 3) == [
        "28 02:30 CET",
        "29 03:00 CEST",
        "30 02:30 CEST",
    ]


def test_a_time_that_autumn_repeats_comes_once():
    assert local_slots("30 2 * * *", AUTUMN - 26 * HOUR, 3) == [
        "24 02:30 CEST",
        "25 02:30 CEST",
        "26 02:30 CET",
    ]


def test_every_hour_stays_every_hour_in_spring_and_autumn():
    for change in (SPRING, AUTUMN):
        found = list(islice(Cron.of("0 * * * *", "Europe/Berlin").after(change - 3 * HOUR), 6))
        assert [later - earlier for earlier, later in pairwise(found)] == [HOUR] * 5


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("expression", ["30 2 * * *", "0,30 1-3 * * *", "*/20 * * * *", "15 */2 * * *"])
def test_forwards_and_backwards_name_the_same_slots(expression, zone, change):
    cron, begin, end = Cron.of(expression, zone), change - 30 * HOUR, change + 30 * HOUR
    known = list(takewhile(lambda slot: slot < end, cron.after(begin)))
    assert known == sorted(set(known))

    moments = [begin + timedelta(minutes=minutes) for minutes in range(0, 60 * 60, 13)]
    for moment in [moment for moment in moments if moment >= known[0]]:
        assert cron.newest(moment) == max(slot for slot in known if slot <= moment), moment


def test_a_leap_day_and_a_fifth_monday_of_february_are_found_both_ways():
    leap = Cron.of("0 0 29 2 *", "UTC")
    assert next(leap.after(datetime(2026, 1, 1, tzinfo=UTC))) == datetime(2028, 2, 29, tzinfo=UTC)
    assert leap.newest(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)
    rare = Cron.of("0 0 * 2 MON#5", "UTC")
    assert next(rare.after(datetime(2026, 1, 1, tzinfo=UTC))) == datetime(2044, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "five fields"),
        ("0 3 * *", "five fields"),
        ("0 0 3 * * *", "five fields"),
        ("@daily", "five fields"),
        ("61 * * * *", "bad minute"),
        ("* 24 * * *", "bad hour"),
        ("* * 0 * *", "bad day-of-month"),
        ("* * * 13 *", "bad month"),
        ("* * * * 8", "bad day-of-week"),
        ("a b c d e", "bad minute"),
        ("*/0 * * * *", "bad minute"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 LW * */7", "names no day that ever comes"),
        ("1," * 60 + "1 * * * *", "longer than 100 characters"),
    ],
)
def test_a_wrong_expression_is_named_with_its_field(expression, words):
    with pytest.raises(InvalidInputError) as caught:
        Cron.of(expression, "UTC")

    assert isinstance(caught.value, InvalidParametersError)
    assert list(caught.value.errors) == ["cron"]
    assert words in str(caught.value)
    assert repr(expression[:100]) in str(caught.value)


@pytest.mark.parametrize(
    "zone",
    ["", "Europe/Nowhere", "europe/berlin", "../../etc/passwd", "Europe", "localtime", "Factory", "x" * 900],
)
def test_a_wrong_zone_is_named_with_its_field(zone):
    with pytest.raises(InvalidParametersError) as caught:
        Cron.of("0 3 * * *", zone)

    assert list(caught.value.errors) == ["time_zone"]
    assert repr(zone[:80]) in str(caught.value)


def test_both_wrong_are_both_named():
    with pytest.raises(InvalidParametersError) as caught:
        Cron.of("x", "y")

    assert set(caught.value.errors) == {"cron", "time_zone"}


def test_an_expression_is_kept_tidy_and_told_in_words_where_they_are_short():
    assert Cron.of("  0  3 * *   * ", "UTC").expression == "0 3 * * *"
    assert Cron.of("0 3 * * *", "UTC").words == "At 03:00 every day"
    long = "5,10 1-3 */2 1 5#2"
    assert Cron.of(long, "UTC").words == long


def test_the_zones_are_those_that_are_the_same_everywhere():
    assert {"UTC", "Europe/Berlin", "America/New_York"} <= known_zones()
    assert not {"localtime", "Factory"} & known_zones()
