"""Reading runs without reading all of them."""

from app.core.runs.queries import has_active_run
from app.core.runs.status import RunStatus
from tests.support.asking import asking, plan_of


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
    with asking() as asked:
        has_active_run(tenant, operator.id)

    plan = plan_of(asked[-1])
    [looked] = [step for step in plan if "bulk_operation_runs" in step]
    assert "ix_bulk_operation_runs_active_user" in looked
