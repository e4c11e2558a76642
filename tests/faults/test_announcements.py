"""Nobody can be told how a run ended: it ends all the same."""

import pytest
from sqlalchemy import text

from app.core.db import db
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.stacks import on_every_stack, on_stacks

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
BREAK_OFF_ONCE = [
    "CREATE SEQUENCE breaks",
    """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.kind = 'finished' AND nextval('breaks') = 1 THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
        RETURN NEW;
    END $$
    """,
    REFUSE["postgresql"][1],
]


@pytest.fixture
def refusal(app, database):
    """Refuse every notification until the test ends, or until what this gives is called."""
    yield from changed(REFUSE[database.name], ALLOW[database.name])


@pytest.fixture
def one_break(app):
    """Break off the connection of whoever first writes that a run has finished."""
    yield from changed(BREAK_OFF_ONCE, [*ALLOW["postgresql"], "DROP SEQUENCE IF EXISTS breaks"])


def changed(there, back):
    """Change the schema for the length of a test; what it gives changes it back earlier."""

    def execute(statements):
        end_transaction()
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()

    execute(there)
    yield lambda: execute(back)
    execute(back)


@on_every_stack
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


@on_stacks("redis", "postgres")
def test_a_connection_that_breaks_while_somebody_is_told_costs_nothing(stack, one_break):
    stack.worker()
    run = stack.start("once")

    found = assert_sound(stack, stack.end_of(run).id)

    assert (found.status, found.succeeded, found.failure_totals) == (RunStatus.COMPLETED, 3, {})
    assert told(run) == 2
