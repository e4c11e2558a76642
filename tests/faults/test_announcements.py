"""Nobody can be told how a run ended: it ends all the same."""

import pytest
from sqlalchemy import text

from app.core.db import db
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.stacks import on_every_stack

pytestmark = on_every_stack

REFUSE = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE INSERT ON notifications BEGIN SELECT RAISE(ABORT, 'not today'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
ALLOW = {
    "sqlite": ["DROP TRIGGER IF EXISTS refuse"],
    "postgresql": ["DROP TRIGGER IF EXISTS refuse ON notifications", "DROP FUNCTION IF EXISTS refuse()"],
}


@pytest.fixture
def refusal(app, database):
    """Refuse every notification until the test ends, or until what this gives is called."""

    def change(statements):
        end_transaction()
        for statement in statements[database.name]:
            db.session.execute(text(statement))
        db.session.commit()

    change(REFUSE)
    yield lambda: change(ALLOW)
    change(ALLOW)


def test_runs_start_and_end_although_no_notification_can_be_written(stack, refusal):
    worker = stack.worker()
    lost = stack.start("once", hold="before:item-2")
    lost.arrived()
    worker.kill()
    heir = stack.worker()
    run = stack.start("careful")

    assert stack.end_of(lost).status == RunStatus.FAILED
    assert stack.end_of(run).status == RunStatus.COMPLETED

    for ended in (lost, run):
        assert_sound(stack, ended)
        assert f"run {ended.id}: nobody could be told that it is finished" in heir.output
    assert told(run) == 0
    refusal()
    again = stack.start("careful", name="again")
    stack.end_of(again)
    assert told(again) == 2
    assert not heir.has_ended


def told(run):
    """How many notifications there are of a run."""
    count = db.session.scalar(text("SELECT count(*) FROM notifications WHERE run_id = :run"), {"run": run.id})
    db.session.commit()
    return count
