"""Status and bucket of a run."""

import pytest

from app.core.runs.status import RunStatus, StatusBucket, status_bucket


@pytest.mark.parametrize(
    ("status", "succeeded", "failed", "bucket"),
    [
        ("pending", 0, 0, "queued"),
        ("pending", 3, 3, "queued"),
        ("running", 0, 0, "running"),
        ("running", 0, 9, "running"),
        ("completed", 0, 0, "succeeded"),
        ("completed", 5, 0, "succeeded"),
        ("completed", 5, 1, "partially_succeeded"),
        ("completed", 0, 1, "failed"),
        ("completed_with_errors", 0, 0, "partially_succeeded"),
        ("completed_with_errors", 5, 0, "partially_succeeded"),
        ("completed_with_errors", 1, 5, "partially_succeeded"),
        ("completed_with_errors", 0, 5, "failed"),
        ("failed", 0, 0, "failed"),
        ("failed", 9, 0, "failed"),
        ("aborted", 0, 0, "failed"),
        ("aborted", 9, 1, "failed"),
    ],
)
def test_the_bucket_follows_status_and_counts(status, succeeded, failed, bucket):
    assert status_bucket(RunStatus(status), succeeded=succeeded, failed=failed) == bucket


def test_only_pending_and_running_may_still_change():
    assert [status for status in RunStatus if not status.is_final] == [RunStatus.PENDING, RunStatus.RUNNING]
    assert [bucket for bucket in StatusBucket if not bucket.is_final] == [
        StatusBucket.QUEUED,
        StatusBucket.RUNNING,
    ]
