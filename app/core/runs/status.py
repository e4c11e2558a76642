"""Where a run stands, and what an operator sees of that."""

from enum import StrEnum


class RunStatus(StrEnum):
    """Stored state: pending -> running -> completed | completed_with_errors | failed | aborted."""

    PENDING = "pending"  # accepted, no worker has claimed it
    RUNNING = "running"  # a worker holds the lease
    COMPLETED = "completed"  # every item succeeded or was skipped
    COMPLETED_WITH_ERRORS = "completed_with_errors"  # ended by itself, not everything worked
    FAILED = "failed"  # could not go on
    ABORTED = "aborted"  # somebody stopped it

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self not in ACTIVE


ACTIVE = (RunStatus.PENDING, RunStatus.RUNNING)


class StatusBucket(StrEnum):
    """What an operator sees, derived from status and counts."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partially_succeeded"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The words on the badge."""
        return self.value.replace("_", " ")

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self not in {StatusBucket.QUEUED, StatusBucket.RUNNING}


ENDED = tuple(bucket for bucket in StatusBucket if bucket.is_final)


def status_bucket(status: RunStatus, *, succeeded: int, failed: int) -> StatusBucket:
    """The bucket of a run, which the lifecycle also keeps in its row.

    Args:
        status: stored status.
        succeeded: items that succeeded.
        failed: items that failed.

    Source:
        docs/lifecycle.md, "Buckets".
    """
    match status:
        case RunStatus.PENDING:
            return StatusBucket.QUEUED
        case RunStatus.RUNNING:
            return StatusBucket.RUNNING
        case RunStatus.FAILED | RunStatus.ABORTED:
            return StatusBucket.FAILED
    if failed > 0 and succeeded == 0:
        return StatusBucket.FAILED
    if failed > 0 or status is RunStatus.COMPLETED_WITH_ERRORS:
        return StatusBucket.PARTIALLY_SUCCEEDED
    return StatusBucket.SUCCEEDED
