"""The history of a finding: one event for each step of its life."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import func, insert, select

from app.core import JsonObject, Tenant, clock, db
from app.plugins.drift.models import Finding, FindingEvent

SYSTEM = "system"


class EventKind(StrEnum):
    """What can happen to a finding; stored events of other kinds are shown by their name."""

    FOUND = "found"
    CHANGED = "changed"  # seen with other values
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"  # an acknowledgement was taken back
    REOPENED = "reopened"  # it was acknowledged, and changed
    EXPIRED = "expired"  # it was acknowledged, for a time that is over
    RESOLVED = "resolved"
    RETURNED = "returned"  # it was resolved or absorbed, and is there again
    HELD = "held"  # a gate holds it with others as one group
    CONFIRMED = "confirmed"  # the group: it counts like any other
    DISMISSED = "dismissed"  # the group: it stays held while it says the same
    ABSORBED = "absorbed"  # a new version of the baseline holds it


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step in the life of a finding, before it is stored.

    Attributes:
        kind: an `EventKind`, or a kind of whoever adds one.
        actor: e-mail of a person, or `system`.
        reason: what a person said, or why it came so; sanitized.
        run_id: the run in which it happened.
        facts: what the history shows beside: JSON values with short names.
    """

    kind: str
    actor: str = SYSTEM
    reason: str | None = None
    run_id: int | None = None
    facts: JsonObject = field(default_factory=dict)


def record_events(tenant: Tenant, events: Collection[tuple[int, Event]]) -> None:
    """Add events, each with the number of its finding, to the current transaction; the caller commits."""
    if not events:
        return
    now = clock.now()
    rows = [
        {
            "tenant_id": tenant.id,
            "finding_id": finding_id,
            "kind": str(event.kind),
            "at": now,
            "actor": event.actor,
            "reason": event.reason,
            "run_id": event.run_id,
            "facts": event.facts,
        }
        for finding_id, event in events
    ]
    db.session.execute(insert(FindingEvent), rows)


def history_of(finding: Finding) -> Sequence[FindingEvent]:
    """Everything that happened to a finding, newest first."""
    query = select(FindingEvent).where(FindingEvent.finding_id == finding.id)
    return db.session.scalars(query.order_by(FindingEvent.id.desc())).all()


def runs_in(events: Iterable[FindingEvent]) -> set[int]:
    """Numbers of the runs in which events happened, kept or not."""
    return {event.run_id for event in events if event.run_id is not None}


def count_events(tenant: Tenant, run_id: int) -> Mapping[str, int]:
    """Kind -> how many events one run of a tenant recorded, in all its attempts."""
    query = (
        select(FindingEvent.kind, func.count())
        .where(FindingEvent.tenant_id == tenant.id, FindingEvent.run_id == run_id)
        .group_by(FindingEvent.kind)
    )
    return dict(db.session.execute(query).all())
