from datetime import timedelta

import pytest

from app.core.runs import lifecycle
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.pace import Pace
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.runs.wording import failure_groups, item_reasons, outcome_sentence, progress_line
from tests.support.records import lease_of


@pytest.mark.parametrize(
    ("status", "counts", "sentence"),
    [
        (RunStatus.PENDING, {}, "Queued: waiting for a worker."),
        (RunStatus.RUNNING, {}, "Running: finding out what there is to do."),
        (RunStatus.RUNNING, {"succeeded": 1, "items": ["item-1", "b"]}, "Running: 1 of 2 done."),
        (RunStatus.COMPLETED, {"succeeded": 2}, "Succeeded: 2 of 2 succeeded."),
        (RunStatus.COMPLETED, {"succeeded": 1, "skipped": 1}, "Succeeded: 1 of 2 succeeded, 1 skipped."),
        (RunStatus.COMPLETED, {}, "Succeeded: there was nothing to do."),
        (
            RunStatus.COMPLETED,
            {"succeeded": 2, "failed": 1},
            "Completed with errors: 2 of 3 succeeded, 1 failed (1 x not_found).",
        ),
        (
            RunStatus.COMPLETED,
            {"succeeded": 1, "items": ["item-1", "b", "c"]},
            "Completed with errors: 1 of 3 succeeded, 2 not processed.",
        ),
        (RunStatus.FAILED, {"reports": [("no_access", "No.")]}, "Failed: nothing was done."),
        (
            RunStatus.ABORTED,
            {"succeeded": 1, "items": ["item-1", "b"]},
            "Stopped on request: 1 of 2 succeeded, 1 not processed.",
        ),
    ],
)
def test_one_sentence_says_what_happened(app, make_run, status, counts, sentence):
    assert outcome_sentence(make_run(status, **counts)) == sentence


def test_a_lost_item_is_unknown_and_no_failure(app, lose_an_item):
    run = lose_an_item(failed=1, succeeded=1)

    assert outcome_sentence(run) == (
        "Completed with errors: 1 of 4 succeeded, 1 failed (1 x not_found), 1 unknown, 1 not processed."
    )


def test_only_reasons_of_items_explain_how_many_failed(app, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1, failed=1, reports=[("odd_file", "It is odd.")] * 3)

    assert "1 failed (1 x not_found)." in outcome_sentence(run)
    assert failure_groups(run) == [("odd_file", 3), ("not_found", 1)]


def test_a_run_that_was_asked_to_stop_says_so_until_it_has(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, succeeded=1, items=["item-1", "b"])
    lifecycle.abort(run.id, Initiator())

    assert outcome_sentence(fresh(run)) == "Stopping on request: 1 of 2 done."


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            {"items": ["item-1", "b"], "succeeded": 1},
            "Queued again: waiting for a worker to go on, 1 of 2 done.",
        ),
        ({}, "Queued again: waiting for a worker to go on with it."),
    ],
)
def test_a_run_that_was_given_back_tells_what_is_done(app, make_run, fresh, counts, sentence):
    run = make_run(RunStatus.RUNNING, resumable=True, max_attempts=3, **counts)
    lifecycle.give_back(lease_of(run), Tally(), "Its worker was stopped.")

    assert outcome_sentence(fresh(run)) == sentence


def test_large_numbers_are_grouped(app, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1200)

    assert outcome_sentence(run) == "Succeeded: 1,200 of 1,200 succeeded."


def test_failures_are_grouped_with_the_most_frequent_first(app, make_run):
    run = make_run(
        RunStatus.COMPLETED, failed=2, reports=[("a", "A."), ("z", "Z."), ("z", "Z."), ("z", "Z.")]
    )

    assert failure_groups(run) == [("z", 3), ("not_found", 2), ("a", 1)]


def told(**columns):
    """A run that was read from nowhere."""
    counts = dict.fromkeys(("succeeded", "failed", "skipped", "unknown"), 0)
    defaults = {"status": RunStatus.RUNNING, "attempt": 1, "failure_totals": {}, "report_totals": {}}
    return BulkOperationRun(**{**counts, **defaults, **columns})


def test_a_run_that_did_more_than_it_foresaw_names_what_it_expected():
    done = {"total_items": 500, "processed_items": 520, "succeeded": 520}

    assert outcome_sentence(told(**done)) == "Running: 520 of an expected 500 done."
    assert progress_line(told(**done), None) == "520 / expected 500 - 99 %"
    ended = told(status=RunStatus.COMPLETED, **done)
    assert outcome_sentence(ended) == "Succeeded: 520 of an expected 500 succeeded."


def test_many_reasons_are_counted_where_they_cannot_all_be_named():
    totals = {"a": 9, "b": 8, "c": 7, "d": 6, "e": 5}
    run = told(
        status=RunStatus.COMPLETED, total_items=35, processed_items=35, failed=35, failure_totals=totals
    )

    assert "35 failed (9 x a, 8 x b, 7 x c, 2 more reasons)." in outcome_sentence(run)
    run.failure_totals = {name: totals[name] for name in "abcd"}
    assert "(9 x a, 8 x b, 7 x c, 6 x d)." in outcome_sentence(run)


def test_reports_are_no_reasons_of_items():
    assert item_reasons(told(failure_totals={"a": 3, "b": 1}, report_totals={"a": 1, "b": 1})) == {"a": 2}


@pytest.mark.parametrize(
    ("per_second", "left", "line"),
    [
        (31, 121, "1,240 / 5,000 - 24 % - 31/s - about 2 min left"),
        (1234.6, 1, "1,240 / 5,000 - 24 % - 1,235/s - about 1 s left"),
        (1.24, 0, "1,240 / 5,000 - 24 % - 1.2/s - about 1 s left"),
        (0.5, 7200, "1,240 / 5,000 - 24 % - 30/min - about 2 h left"),
        (0.001, 864_000, "1,240 / 5,000 - 24 % - 3.6/h - about 10 days left"),
        (31, None, "1,240 / 5,000 - 24 % - 31/s"),
    ],
)
def test_a_line_tells_how_far_how_fast_and_how_long_still(per_second, left, line):
    pace = Pace(per_second, None if left is None else timedelta(seconds=left))

    assert progress_line(told(total_items=5000, processed_items=1240), pace) == line


@pytest.mark.parametrize(
    "columns",
    [
        {"total_items": 0, "processed_items": 0},
        {"total_items": 5, "processed_items": 0, "status": RunStatus.PENDING, "attempt": 0},
        {"total_items": 5, "processed_items": 5, "status": RunStatus.COMPLETED},
    ],
)
def test_a_run_that_has_no_way_to_go_has_no_line(columns):
    assert progress_line(told(**columns), None) == ""


def test_a_run_that_waits_to_go_on_says_how_far_it_is():
    run = told(status=RunStatus.PENDING, total_items=4, processed_items=1)

    assert progress_line(run, None) == "1 / 4 - 25 %"
