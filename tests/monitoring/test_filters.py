"""The list's filters, as they stand in the URL."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInputError
from app.core.runs.position import position_of
from app.core.runs.status import StatusBucket
from app.monitoring.filters import DEFAULT_RANGE, read_filter

PLACE = "2026-01-02T03:04:05+00:00,17"
NAMES = ("q", "type", "bucket", "range", "since", "until", "initiator", "before", "after", "up_to")


def wanted(**args):
    return read_filter(args).as_run_filter()


def test_without_filters_the_last_thirty_days_are_shown():
    found = wanted()

    assert (found.run_types, found.bucket, found.until, found.before) == ((), None, None, None)
    age = datetime.now(UTC) - found.since
    assert timedelta(days=30) <= age < timedelta(days=31)
    assert found.since.time() == time()  # whole days, which are counted already
    assert read_filter({}).range == DEFAULT_RANGE


def test_a_day_range_includes_its_last_day():
    found = wanted(since="2026-01-01", until="2026-01-31")

    assert (found.since, found.until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


def test_all_time_has_no_ends():
    assert (wanted(range="all").since, wanted(range="all").until) == (None, None)


def test_a_place_in_the_list_comes_back_from_its_url():
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    assert wanted(before=position_of(moment, 17)).before == (moment, 17)
    assert wanted(after=position_of(moment, 17)).after == (moment, 17)
    assert wanted(up_to=position_of(moment, 17)).up_to == (moment, 17)
    assert wanted(before=position_of(moment, 17).replace("+", " ")).before == (moment, 17)


@pytest.mark.parametrize(
    ("args", "offender"),
    [
        ({"bucket": "done"}, "bucket: 'done'"),
        ({"bucket": "FAILED"}, "bucket: 'FAILED'"),
        ({"range": "yesterday"}, "range: 'yesterday'"),
        ({"since": "31.12.2026"}, "since: '31.12.2026'"),
        ({"since": "2026-02-30"}, "since: '2026-02-30'"),
        ({"until": "tomorrow"}, "until: 'tomorrow'"),
        ({"until": "9999-12-31"}, "until: '9999-12-31'"),
        ({"before": "x"}, "before: 'x'"),
        ({"before": "2026-01-01,1"}, "before: '2026-01-01,1'"),
        ({"before": "2026-01-01T00:00:00+00:00,0"}, "before:"),
        ({"before": "2026-01-01T00:00:00+00:00,99999999999999999999"}, "before:"),
        ({"after": "x"}, "after: 'x'"),
        ({"up_to": "x"}, "up_to: 'x'"),
        ({"before": PLACE, "up_to": PLACE}, "before, after, up_to:"),
        ({"before": PLACE, "after": "x"}, "before, after, up_to:"),
        ({"q": "a\0b"}, "q: 'a\\x00b'"),
        ({"type": "a\0b"}, "type: 'a\\x00b'"),
        ({"initiator": "a\0b"}, "initiator: 'a\\x00b'"),
        ({"q": "x" * 201}, "q: 'xxx"),
        ({"type": "x" * 102}, "type: 'xxx"),
        ({"initiator": "x" * 256}, "initiator: 'xxx"),
        ({"before": "0001-01-01T00:00:00+14:00,1"}, "before:"),
        ({"before": "9999-12-31T23:59:59-14:00,1"}, "before:"),
    ],
)
def test_a_malformed_value_is_named(args, offender):
    with pytest.raises(InvalidInputError) as caught:
        wanted(**args)

    assert str(caught.value).startswith(offender)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_any_text_is_either_understood_or_named(args):
    try:
        found = wanted(**args)
    except InvalidInputError as error:
        offender = str(error).partition(":")[0]
    else:
        offender = None
        assert found.bucket is None or found.bucket in StatusBucket

    assert offender is None or set(offender.split(", ")) & set(args)


def test_a_filters_url_holds_what_differs_from_the_default_only():
    assert read_filter({}).query == {}
    assert read_filter({"bucket": "failed", "type": "probe.check"}).query == {
        "bucket": "failed",
        "type": "probe.check",
    }


def test_a_filters_url_leads_to_the_newest_page_and_names_days_only_where_they_count():
    assert read_filter({"q": " sync ", "initiator": "system", "after": PLACE}).query == {
        "q": "sync",
        "initiator": "system",
    }
    assert read_filter({"range": "7d", "since": "2026-01-01"}).query == {"range": "7d"}
    assert read_filter({"since": "2026-01-01"}).query == {"range": "custom", "since": "2026-01-01"}


def test_a_text_and_an_initiator_are_asked_for_as_they_stand():
    found = wanted(q=" 100 % ", initiator="desk@example.com")

    assert (found.text, found.initiator) == ("100 %", "desk@example.com")
    assert (wanted().text, wanted().initiator) == ("", None)
