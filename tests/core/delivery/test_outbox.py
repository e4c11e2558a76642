"""What the end of a run puts into the outbox."""

import dataclasses

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.delivery.subscribing import switch_off
from app.core.errors import LeaseLostError
from app.core.outbox import ChannelSubscription, Delivery, DeliveryState
from app.core.runs import lifecycle
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.channels import deliveries, listen, refusing
from tests.support.databases import on_both_databases, on_postgresql
from tests.support.records import begin, new_run

pytestmark = pytest.mark.usefixtures("pigeons")


@on_both_databases
def test_only_what_a_subscription_wants_is_put_into_the_outbox(app, tenant, make_tenant, make_run, offer):
    offer(lambda _run: None, run_type="probe.check", plugin="probe")
    every = listen(tenant, name="every", buckets=("succeeded", "partially_succeeded", "failed"))
    bad = listen(tenant, name="bad", buckets=("failed",))
    typed = listen(tenant, name="typed", buckets=("succeeded",), run_types=("probe.check",))
    off = listen(tenant, name="off")
    switch_off(tenant, off.id)
    listen(make_tenant(), name="elsewhere", buckets=("succeeded", "partially_succeeded", "failed"))

    good = make_run(RunStatus.COMPLETED, succeeded=1)
    other = make_run(RunStatus.COMPLETED, succeeded=1, run_type="probe.checks")
    failed = make_run(RunStatus.FAILED)
    partial = make_run(RunStatus.COMPLETED_WITH_ERRORS)
    make_run(RunStatus.RUNNING)
    make_run()

    assert {(one.run_id, one.subscription_id) for one in deliveries()} == {
        (good.id, every.id),
        (good.id, typed.id),
        (other.id, every.id),
        (failed.id, every.id),
        (failed.id, bad.id),
        (partial.id, every.id),
    }
    assert {one.state for one in deliveries()} == {DeliveryState.PENDING}


@on_both_databases
def test_a_sign_of_a_pattern_in_a_run_type_is_just_a_sign(app, tenant, make_run, offer):
    offer(lambda _run: None, run_type="a_b.go", plugin="probe")
    listen(tenant, run_types=("a_b.go",))

    make_run(RunStatus.COMPLETED, run_type="axb.go")
    wanted = make_run(RunStatus.COMPLETED, run_type="a_b.go")

    assert [one.run_id for one in deliveries()] == [wanted.id]


def test_a_former_name_of_a_run_type_is_wanted_too(app, tenant, make_run, offer):
    offer(lambda _run: None, run_type="probe.check", aliases=("probe.look",))
    listen(tenant, run_types=("probe.check",))

    make_run(RunStatus.COMPLETED, run_type="probe.look")

    assert len(deliveries()) == 1


@on_both_databases
def test_a_run_ends_although_the_outbox_refuses_its_message(app, tenant, make_run, database, caplog, fresh):
    listen(tenant)
    running, waiting = make_run(RunStatus.RUNNING, succeeded=1), make_run(run_type="probe.wait")

    with refusing(Delivery, database):
        ended = make_run(RunStatus.COMPLETED, succeeded=2, run_type="probe.other")
        lifecycle.abort(waiting.id, Initiator.of(None))
        lifecycle.fail_overdue(running.id)

    assert (ended.status, ended.succeeded) == (RunStatus.COMPLETED, 2)
    assert fresh(waiting).status == RunStatus.ABORTED
    assert deliveries() == []
    assert "trying without telling channels" in caplog.text


@on_both_databases
def test_messages_go_with_their_run_and_with_their_subscription(app, tenant, make_run):
    subscription = listen(tenant)
    first, _second = make_run(RunStatus.COMPLETED), make_run(RunStatus.COMPLETED)
    assert len(deliveries()) == 2

    db.session.delete(db.session.get_one(BulkOperationRun, first.id))
    db.session.commit()
    assert len(deliveries()) == 1
    db.session.delete(db.session.get_one(ChannelSubscription, subscription.id))
    db.session.commit()
    assert deliveries() == []


@on_both_databases
def test_a_plain_run_is_told_once_and_only_when_it_ends(app, tenant):
    listen(tenant)
    run_id = begin(tenant, new_run()).run_id
    claimed = lifecycle.claim(run_id, "worker", 60.0)
    stranger = dataclasses.replace(claimed, token="another's")

    with pytest.raises(LeaseLostError):
        lifecycle.finish(stranger, RunStatus.COMPLETED, Tally())
    assert deliveries() == []
    lifecycle.finish(claimed, RunStatus.COMPLETED, Tally())

    assert [one.run_id for one in deliveries()] == [run_id]


@on_postgresql
def test_a_subscription_that_is_being_removed_holds_up_no_run(app, tenant, make_run):
    listen(tenant)
    with db.engine.connect() as other, other.begin() as removal:
        other.execute(select(ChannelSubscription.id).with_for_update())

        assert make_run(RunStatus.COMPLETED).status == RunStatus.COMPLETED
        removal.rollback()

    assert deliveries() == []
