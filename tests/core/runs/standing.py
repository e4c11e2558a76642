"""Where a run stands, as one value, and what must hold of it and of any two that follow each other."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields

from sqlalchemy import Select, func, select, update

from app.core.db import db, reading
from app.core.notifications import Notification, NotificationKind
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus, status_bucket

FINAL = {status for status in RunStatus if status.is_final}
NEXT = {
    RunStatus.PENDING: {RunStatus.RUNNING, RunStatus.FAILED, RunStatus.ABORTED},
    RunStatus.RUNNING: {RunStatus.PENDING, *FINAL},
    **{status: set() for status in FINAL},
}
COUNTED = ("succeeded", "failed", "skipped", "unknown")


@dataclass(frozen=True)
class Standing:
    """What the database says of a run: columns of its row, its ledger, its timeline, who was told."""

    status: RunStatus
    status_bucket: str
    attempt: int
    lost_attempts: int
    max_attempts: int
    version: int
    lease_token: str | None
    total_items: int
    processed_items: int
    succeeded: int
    failed: int
    skipped: int
    unknown: int
    failure_totals: dict[str, int]
    report_totals: dict[str, int]
    ledger: dict[str, tuple[str, int, str | None]]  # item -> outcome, attempt, reason code
    timeline: tuple[EventKind, ...]
    told: dict[str, int]  # kind of notification -> how many

    @property
    def is_final(self) -> bool:
        """Whether nothing may change any more."""
        return self.status in FINAL


def standings(run_ids: Collection[int]) -> dict[int, Standing]:
    """Read runs fresh."""
    run, item, event, told = BulkOperationRun, BulkOperationRunItem, BulkOperationRunEvent, Notification
    columns = [getattr(run, field.name) for field in fields(Standing)[:-3]]
    ledger = select(item.run_id, item.item_id, item.outcome, item.attempt, item.reason_code)
    timeline = select(event.run_id, event.kind).order_by(event.id)
    kinds = select(told.run_id, told.kind, func.count()).group_by(told.run_id, told.kind, told.user_id)
    with reading():
        rows = db.session.execute(select(run.id, *columns).where(run.id.in_(run_ids))).all()
        items = _by_run(ledger.where(item.run_id.in_(run_ids)))
        events = _by_run(timeline.where(event.run_id.in_(run_ids)))
        notifications = _by_run(kinds.where(told.run_id.in_(run_ids)))
        db.session.commit()
    return {
        row.id: Standing(
            RunStatus(row.status),
            *row[2:],
            ledger={item_id: tuple(rest) for item_id, *rest in items[row.id]},
            timeline=tuple(EventKind(kind) for (kind,) in events[row.id]),
            told=dict(notifications[row.id]),
        )
        for row in rows
    }


def standing(run_id: int) -> Standing:
    """Read one run fresh."""
    return standings([run_id])[run_id]


def rewrite(run_id: int, **values: object) -> None:
    """Write columns of a run past the product: the past, mostly."""
    db.session.execute(update(BulkOperationRun).where(BulkOperationRun.id == run_id).values(**values))
    db.session.commit()


def _by_run(query: Select) -> dict[int, list[tuple]]:
    found = defaultdict(list)
    for run_id, *rest in db.session.execute(query):
        found[run_id].append(tuple(rest))
    return found


def assert_sound(now: Standing) -> None:
    """What holds at any time."""
    expected = status_bucket(now.status, succeeded=now.succeeded, failed=now.failed)
    assert now.status_bucket == expected
    ends = [kind for kind in now.timeline if kind in list(FINAL)]
    assert ends == ([now.status] if now.is_final else [])
    assert not ends or now.timeline[-1] == ends[0]
    assert now.timeline.count(EventKind.CLAIMED) == now.attempt
    assert now.told == {NotificationKind.QUEUED: 1, **({NotificationKind.FINISHED: 1} if ends else {})}
    assert sum(getattr(now, name) for name in COUNTED) == now.processed_items <= now.total_items
    assert (now.lease_token is not None) == (now.status is RunStatus.RUNNING)
    assert now.lost_attempts <= min(now.attempt, now.max_attempts)
    if now.is_final:
        assert_counted(now)


def assert_counted(now: Standing) -> None:
    """The counters and the totals per reason are those of the ledger."""
    outcomes = Counter(outcome for outcome, _, _ in now.ledger.values())
    reasons = Counter(code for outcome, _, code in now.ledger.values() if outcome in {"failed", "unknown"})
    assert outcomes[Outcome.IN_FLIGHT] == 0
    assert {name: outcomes[name] for name in COUNTED} == {name: getattr(now, name) for name in COUNTED}
    assert outcomes.total() == now.total_items
    assert reasons + Counter(now.report_totals) == Counter(now.failure_totals)


def assert_follows(now: Standing, before: Standing) -> None:
    """What holds of a run after any one step."""
    if now.status is not before.status:
        assert now.status in NEXT[before.status]
        assert now.version > before.version
    assert now.version >= before.version
    assert now.attempt >= before.attempt
    assert now.lost_attempts >= before.lost_attempts
    assert now.timeline[: len(before.timeline)] == before.timeline
    assert before.ledger.keys() <= now.ledger.keys()
    assert not before.is_final or now == before
    for item, settled in before.ledger.items():
        assert settled[0] in list(OPEN) or now.ledger[item] == settled, f"{item} has two outcomes"
