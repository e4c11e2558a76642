import pytest

from app.core.runs import lifecycle
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.runs.wording import failure_groups, outcome_sentence
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
