"""What holds for every run at any time, whatever was killed."""

from collections import Counter

from sqlalchemy import func, select

from app.core.db import db, reading
from app.core.notifications import Notification
from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.support.browsing import end_transaction

WAITING, WORKING, OVER = "waiting", "working", "over"
ENDS = (EventKind.COMPLETED, EventKind.COMPLETED_WITH_ERRORS, EventKind.FAILED, EventKind.ABORTED)
# (where a run stands, what happens) -> where it stands then
STEPS = {
    (WAITING, EventKind.CLAIMED): WORKING,
    (WORKING, EventKind.WORKER_LOST): WAITING,
    (WORKING, EventKind.INTERRUPTED): WAITING,
    (WORKING, EventKind.ABORT_REQUESTED): WORKING,
    (OVER, EventKind.RETRIED): OVER,
    **{(place, end): OVER for place in (WAITING, WORKING) for end in ENDS},
}
PLACES = {RunStatus.PENDING: WAITING, RunStatus.RUNNING: WORKING}


def assert_sound(stack, run):
    """Timeline, ledger, counters, lease and notifications of a run fit its status; answers with the run."""
    found = stack.run(run)
    assert place_of(stack.timeline(run)) == PLACES.get(found.status, OVER), stack.timeline(run)
    assert (found.lease_token is None) == (found.status != RunStatus.RUNNING)
    counts = found.counts
    told = counts["succeeded"] + counts["failed"] + counts["skipped"] + counts["unknown"]
    assert told == counts["processed"]
    assert counts["processed"] + counts["remaining"] == counts["total"]
    if found.is_final:
        assert_counted(stack, found)
        assert found.finished_at is not None
    assert set(_notifications(found.id).values()) <= {1}
    return found


def assert_counted(stack, found):
    """The counters of a run that has ended are those of its ledger, and nothing is in flight."""
    outcomes = Counter(outcome for outcome, _ in stack.ledger(found.id).values())
    assert outcomes["in_flight"] == 0
    for name in ("succeeded", "failed", "skipped", "unknown"):
        assert outcomes[name] == found.counts[name], name
    assert outcomes.total() == found.counts["total"]


def place_of(timeline):
    """Where a timeline leads; an entry that may not follow the one before is an error."""
    assert timeline[0] == EventKind.QUEUED
    place = WAITING
    for kind in timeline[1:]:
        assert (place, kind) in STEPS, f"{kind} while {place}: {timeline}"
        place = STEPS[place, kind]
    return place


def _notifications(run_id):
    query = select(Notification.user_id, Notification.kind, func.count()).where(Notification.run_id == run_id)
    end_transaction()
    with reading():
        rows = db.session.execute(query.group_by(Notification.user_id, Notification.kind)).all()
        db.session.commit()
    return {(user_id, kind): times for user_id, kind, times in rows}
