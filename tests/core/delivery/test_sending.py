"""Sending what is in the outbox."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.core.cli.worker import CHORES
from app.core.db import database_now, db
from app.core.delivery.sending import deliver_due
from app.core.delivery.settling import PAUSES
from app.core.delivery.subscribing import request_test, switch_off, switch_on, unsubscribe
from app.core.errors import DeliveryFailedError, PluginError
from app.core.outbox import ChannelSubscription, Delivery, DeliveryState
from app.core.registry.catalog import EXTENSION
from app.core.runs.status import RunStatus
from tests.support.asking import asking, plan_of
from tests.support.channels import SECRET, deliveries, listen, make_due
from tests.support.databases import on_both_databases

WORKERS = 4


def seconds_to_wait():
    """Until the next attempt of the only message."""
    ahead = select(Delivery.next_at, database_now().label("now"))
    row = db.session.execute(ahead).one()
    db.session.commit()
    return (row.next_at - row.now).total_seconds()


@on_both_databases
def test_a_message_says_how_the_run_ended(make_app, make_run, pigeons, tenant, send, app):
    app.config["PUBLIC_URL"] = "https://atlas.example.com/watch"
    listen(tenant)
    run = make_run(
        RunStatus.FAILED, succeeded=1, failed=1, reports=[("refused", "password=hunter2 was wrong")]
    )

    assert send() == 1

    [told] = pigeons.told
    assert (told.tenant, told.tenant_name) == ("fictional", "Fictional Ltd")
    assert (told.run_id, told.run_type, told.label, told.bucket) == (run.id, "probe.check", "Probe", "failed")
    assert told.counts["failed"] == 1
    assert told.sentence == "Failed: 1 of 2 succeeded, 1 failed (1 x not_found)."
    assert told.error_summary
    assert "hunter2" not in str(told)
    assert told.at == run.finished_at
    assert told.url == f"https://atlas.example.com/watch/t/fictional/monitoring/operations/{run.id}"
    assert [one.state for one in deliveries()] == [DeliveryState.DELIVERED]
    assert send() == 0


def test_without_a_public_address_a_message_has_no_link(app, make_run, pigeons, tenant, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    send()

    assert pigeons.told[0].url is None


@on_both_databases
def test_what_failed_is_tried_again_later_and_then_delivered(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [DeliveryFailedError("Fog."), ValueError(f"no {SECRET}")]

    assert send() == 1
    assert send() == 0, "not due yet"
    [waiting] = deliveries()
    assert (waiting.state, waiting.attempts, waiting.said) == (DeliveryState.PENDING, 1, "Fog.")
    assert PAUSES[0] - 5 < seconds_to_wait() <= PAUSES[0]
    make_due()
    assert send() == 1
    assert deliveries()[0].said == "The channel failed with ValueError."
    assert PAUSES[1] - 5 < seconds_to_wait() <= PAUSES[1]
    make_due()
    assert send() == 1

    [sent] = deliveries()
    assert (sent.state, sent.attempts, sent.said) == (DeliveryState.DELIVERED, 3, None)
    assert len(pigeons.told) == 1


def test_after_the_last_pause_it_is_given_up(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [DeliveryFailedError("Fog.") for _ in range(9)]
    for _ in range(len(PAUSES) + 1):
        make_due()
        send()

    [lost] = deliveries()
    assert (lost.state, lost.attempts, lost.said) == (DeliveryState.FAILED, 6, "Fog.")
    make_due()
    assert send() == 0


def test_what_can_never_arrive_is_tried_once(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [DeliveryFailedError(f"Shot. {SECRET}", is_final=True)]
    send()

    [lost] = deliveries()
    assert (lost.state, lost.said) == (DeliveryState.FAILED, "Shot. [hidden]")


def test_a_receiver_may_ask_for_more_time_within_bounds(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [
        DeliveryFailedError("Busy.", retry_after=300.0),
        DeliveryFailedError("Busy.", retry_after=10.0**9),
    ]
    send()
    assert 295 < seconds_to_wait() <= 300
    make_due()
    send()
    assert seconds_to_wait() <= PAUSES[-1]


def test_an_error_of_a_plugin_is_logged_without_the_secret(app, tenant, make_run, pigeons, send, caplog):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [RuntimeError(f"cannot use {SECRET}")]
    send()

    assert "cannot use [hidden]" in caplog.text
    assert SECRET not in caplog.text


@on_both_databases
def test_many_workers_send_each_message_once(app, tenant, make_run, pigeons):
    for name in ("north", "south", "east"):
        listen(tenant, name=name)
    for _ in range(4):
        make_run(RunStatus.COMPLETED)
    gate = threading.Barrier(WORKERS)

    def work():
        with app.app_context():
            gate.wait(timeout=60)
            return deliver_due()

    with ThreadPoolExecutor(WORKERS) as pool:
        attempts = [future.result() for future in [pool.submit(work) for _ in range(WORKERS)]]

    assert sum(attempts) == 12
    assert len({told.delivery_id for told in pigeons.told}) == len(pigeons.told) == 12
    assert {one.state for one in deliveries()} == {DeliveryState.DELIVERED}


def test_a_message_whose_worker_died_over_it_is_sent_by_another(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    pigeons.failures = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send()
    assert send() == 0, "its time is not over"

    make_due()

    assert send() == 1
    assert deliveries()[0].attempts == 2


def test_a_late_answer_changes_nothing(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)

    def another_worker_takes_it():
        db.session.execute(update(Delivery).values(attempts=2))
        db.session.commit()

    pigeons.meanwhile = another_worker_takes_it
    send()

    assert deliveries()[0].state == DeliveryState.PENDING


def test_a_channel_removed_while_its_message_flies_is_no_trouble(app, tenant, make_run, pigeons, send):
    number = listen(tenant).id
    make_run(RunStatus.COMPLETED)
    pigeons.meanwhile = lambda: unsubscribe(tenant, number)

    assert send() == 1
    assert (len(pigeons.told), deliveries()) == (1, [])


def test_one_receiver_that_is_away_holds_up_no_other(app, tenant, make_run, pigeons, send):
    listen(tenant, name="away")
    listen(tenant, name="there")
    for _ in range(3):
        make_run(RunStatus.COMPLETED)
    pigeons.failures = [DeliveryFailedError("Away.")]

    assert send() == 6
    assert [one.state for one in deliveries()].count(DeliveryState.DELIVERED) == 5


def test_messages_of_a_plugin_that_is_gone_wait_for_it(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    catalog = app.extensions[EXTENSION]
    plugin = catalog.plugins["pigeons"]
    catalog.drop(PluginError("pigeons", "import", "gone"))

    assert send() == 0
    assert deliveries()[0].attempts == 0
    catalog.add(plugin)

    assert send() == 1
    assert len(pigeons.told) == 1


def test_what_is_switched_off_is_not_told_also_not_later(app, tenant, make_run, pigeons, send):
    subscription = listen(tenant)
    make_run(RunStatus.COMPLETED)
    switch_off(tenant, subscription.id)
    make_run(RunStatus.COMPLETED)
    assert send() == 0
    switch_on(tenant, subscription.id)

    assert send() == 0
    assert [one.said for one in deliveries()] == ["The channel was switched off before it was delivered."]


def test_options_under_a_lost_key_are_said_to_be_so(app, tenant, make_run, pigeons, send):
    listen(tenant)
    make_run(RunStatus.COMPLETED)
    app.config["KEY_MATERIAL"] = "another secret key, which nobody has seen before"
    send()

    [lost] = deliveries()
    assert (lost.state, lost.said) == (
        DeliveryState.FAILED,
        "Its options cannot be read: the secret key has changed.",
    )


def test_options_cannot_be_opened_for_another_tenant(app, tenant, make_tenant, make_run, pigeons, send):
    theirs = listen(make_tenant())
    own = listen(tenant)
    db.session.execute(
        update(ChannelSubscription).where(ChannelSubscription.id == own.id).values(options=theirs.options)
    )
    db.session.commit()
    make_run(RunStatus.COMPLETED)
    send()

    assert pigeons.told == []
    assert deliveries()[0].state == DeliveryState.FAILED


def test_a_test_is_sent_once_and_takes_the_place_of_the_one_before(app, tenant, pigeons, send):
    subscription = listen(tenant)
    request_test(tenant, subscription.id)
    send()
    assert pigeons.told[0].is_test
    pigeons.failures = [DeliveryFailedError("Fog.")]
    request_test(tenant, subscription.id)
    send()

    [last] = deliveries()
    assert (last.state, last.said, last.run_id) == (DeliveryState.FAILED, "Fog.", None)


def test_what_is_due_is_found_by_an_index(app, pigeons):
    with asking() as asked:
        assert deliver_due() == 0

    [look] = [one for one in asked if "FROM deliveries" in one.statement]
    assert "ix_deliveries_due" in " ".join(plan_of(look))


def test_every_worker_sends_in_a_thread_of_its_own(app):
    assert [deliver_due] in app.extensions[CHORES]
