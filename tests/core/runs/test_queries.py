"""Reading runs without reading all of them."""

from sqlalchemy import event

from app.core.db import db
from app.core.runs.queries import has_active_run
from app.core.runs.status import RunStatus


def test_only_runs_of_this_user_that_have_not_ended_are_active(
    tenant, make_tenant, make_user, operator, make_run
):
    other = make_user(tenant=tenant)
    make_run(RunStatus.COMPLETED, user=operator)
    make_run(user=other)
    make_run(tenant=make_tenant(), user=operator)

    assert has_active_run(tenant, other.id)
    assert not has_active_run(tenant, operator.id)


def test_asking_for_active_runs_reads_the_index_of_active_runs_alone(tenant, operator):
    statements = []

    def note(_connection, _cursor, statement, parameters, *_more):
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    has_active_run(tenant, operator.id)
    event.remove(db.engine, "before_cursor_execute", note)

    statement, parameters = statements[-1]
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert ["ix_bulk_operation_runs_active_user" in step.detail for step in plan] == [True]
