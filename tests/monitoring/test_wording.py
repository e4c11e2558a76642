import pytest

from app.core.runs.status import RunStatus
from app.monitoring.wording import failure_groups, outcome_sentence


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


def test_large_numbers_are_grouped(app, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1200)

    assert outcome_sentence(run) == "Succeeded: 1,200 of 1,200 succeeded."


def test_failures_are_grouped_with_the_most_frequent_first(app, make_run):
    run = make_run(
        RunStatus.COMPLETED, failed=2, reports=[("a", "A."), ("z", "Z."), ("z", "Z."), ("z", "Z.")]
    )

    assert failure_groups(run) == [("z", 3), ("not_found", 2), ("a", 1)]
