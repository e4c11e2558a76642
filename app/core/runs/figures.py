"""What the columns of a run say together, however they were read."""

from typing import Protocol

from app.core.runs.status import RunStatus, StatusBucket, status_bucket


class RunColumns(Protocol):
    """Columns that are read here; what they mean stands in the model."""

    @property
    def resource(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def total_items(self) -> int: ...

    @property
    def processed_items(self) -> int: ...

    @property
    def succeeded(self) -> int: ...

    @property
    def failed(self) -> int: ...

    @property
    def skipped(self) -> int: ...

    @property
    def unknown(self) -> int: ...


class RunFigures:
    """Type, bucket and counters of whatever has a run's columns."""

    @property
    def run_type(self: RunColumns) -> str:
        """`resource.action`."""
        return f"{self.resource}.{self.action}"

    @property
    def bucket(self: RunColumns) -> StatusBucket:
        """What an operator sees."""
        return status_bucket(RunStatus(self.status), succeeded=self.succeeded, failed=self.failed)

    @property
    def is_final(self: RunColumns) -> bool:
        """Whether nothing changes any more."""
        return RunStatus(self.status).is_final

    @property
    def counts(self: RunColumns) -> dict[str, int]:
        """Counters, in items."""
        return {
            "total": self.total_items,
            "processed": self.processed_items,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "skipped": self.skipped,
            "unknown": self.unknown,
            "remaining": max(self.total_items - self.processed_items, 0),
        }
