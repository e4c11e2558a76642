"""The timeline: what happened to a run, in order."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Insert,
    String,
    bindparam,
    insert,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CoreModel, database_now, table_of
from app.core.redaction import safe_reason
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.statements import Change, execute_together

TEXT_LENGTH = 300
_TERMINAL = text("kind IN ('completed', 'completed_with_errors', 'failed', 'aborted')")


class EventKind(StrEnum):
    """What happened; the last four end a run and are its status."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    INTERRUPTED = "interrupted"  # given back before its end, to be resumed
    WORKER_LOST = "worker_lost"
    ABORT_REQUESTED = "abort_requested"
    RETRIED = "retried"  # another run repeats this one
    LINKS_FAILED = "links_failed"  # its plugin could not say what to link to
    COMPLETED = RunStatus.COMPLETED.value
    COMPLETED_WITH_ERRORS = RunStatus.COMPLETED_WITH_ERRORS.value
    FAILED = RunStatus.FAILED.value
    ABORTED = RunStatus.ABORTED.value


class BulkOperationRunEvent(CoreModel):
    """One entry of one run's timeline; a run has at most one that ends it."""

    __tablename__ = "bulk_operation_run_events"
    __table_args__ = (
        Index(None, "run_id", "id"),
        Index(
            "uq_bulk_operation_run_events_end",
            "run_id",
            unique=True,
            sqlite_where=_TERMINAL,
            postgresql_where=_TERMINAL,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(BulkOperationRun.id, ondelete="CASCADE"))
    kind: Mapped[EventKind] = mapped_column(String(24))
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(120))
    text: Mapped[str | None] = mapped_column(String(400))  # sanitized sentence
    created_at: Mapped[datetime]


_events = table_of(BulkOperationRunEvent)
_COLUMNS = ("run_id", "kind", "attempt", "worker", "text")
_INSERT = insert(_events).values(
    {name: bindparam(f"event_{name}") for name in _COLUMNS} | {"created_at": database_now()}
)


def note(
    run_id: int,
    kind: EventKind,
    *,
    attempt: int = 0,
    worker: str | None = None,
    said: str | None = None,
    changes: Sequence[Change] = (),
) -> None:
    """Add an entry to a run's timeline, in the current transaction.

    Args:
        run_id: number of the run.
        kind: what happened.
        attempt: during which attempt.
        worker: who did it, when it was a worker.
        said: a sentence for operators; redacted, one line.
        changes: what happened, as statements that are executed with it.
    """
    values = (run_id, kind, attempt, worker, said_of(said))
    entry = (_INSERT, {f"event_{name}": value for name, value in zip(_COLUMNS, values, strict=True)})
    execute_together(*changes, entry)


def said_of(text: str | None) -> str | None:
    """A sentence as the timeline keeps it."""
    return safe_reason(text, TEXT_LENGTH) if text else None


def noted(run: FromClause, kind: EventKind, said: ColumnElement[str] | None = None) -> Insert:
    """The statement that adds an entry to the timeline of the one run a clause gives.

    Args:
        run: with the columns `id`, `attempt` and `worker`.
        kind: what happened.
        said: a sanitized sentence.
    """
    sentence = null() if said is None else said
    chosen = select(run.c.id, literal(kind.value), run.c.attempt, run.c.worker, sentence, database_now())
    return insert(_events).from_select([*_COLUMNS, "created_at"], chosen)
