"""The breaker: equal failures from the beginning end a run, anything else disarms it."""

import pytest

from app.core.errors import ItemFailedError, ItemSkippedError
from app.core.registry.catalog import current_catalog
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus

ITEMS = [f"item-{number}" for number in range(1, 51)]


@pytest.fixture
def run_with(app, tenant, offer, worker, fresh):
    """Run 50 items, each of which `judge(number)` may fail; the breaker is set to 20."""

    def run(judge, breaker=20):
        def check(run):
            for number, item in enumerate(run.items, start=1):
                with run.item(item):
                    judge(number)

        offer(check, items=lambda _tenant, _params: ITEMS, breaker=breaker, idempotent_items=True)
        started = start_operation(current_catalog(), tenant, "probe.check", {})
        worker()
        return fresh(started.run)

    return run


def expired(_number):
    raise ItemFailedError("auth_expired", "The sign-in has expired.")


def test_twenty_equal_failures_at_the_beginning_leave_the_rest_alone(run_with):
    run = run_with(expired)

    assert run.status == RunStatus.FAILED
    assert (run.failed, run.processed_items, run.total_items) == (20, 20, 50)
    assert run.failure_totals == {"auth_expired": 20, "stopped_early": 1}
    said = run.failures[-1]["reason"]
    assert "first 20 items all failed with auth_expired" in said
    assert "left unprocessed" in said


def other_reason(number):
    raise ItemFailedError("auth_expired" if number != 7 else "not_found", "No.")


def one_skipped(number):
    if number == 7:
        raise ItemSkippedError("unchanged", "Nothing to do.")
    expired(number)


def one_good(number):
    if number != 20:
        expired(number)


@pytest.mark.parametrize("judge", [other_reason, one_skipped, one_good])
def test_anything_else_among_the_first_twenty_lets_the_run_go_on(run_with, judge):
    run = run_with(judge)

    assert run.processed_items == 50
    assert "stopped_early" not in run.failure_totals


def test_failures_after_a_good_beginning_never_break(run_with):
    run = run_with(lambda number: None if number == 1 else expired(number))

    assert (run.succeeded, run.failed) == (1, 49)


def test_without_a_breaker_every_item_is_tried(run_with):
    run = run_with(expired, breaker=None)

    assert (run.failed, run.status) == (50, RunStatus.COMPLETED_WITH_ERRORS)
