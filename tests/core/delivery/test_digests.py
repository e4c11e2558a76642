"""Messages of a while that go as one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update

from app.core.db import database_now, db
from app.core.delivery import claiming
from app.core.delivery.sending import deliver_due
from app.core.delivery.settling import PAUSES
from app.core.delivery.subscribing import change_subscription, request_test, switch_off
from app.core.delivery.wish import Wish
from app.core.errors import DeliveryFailedError
from app.core.outbox import Delivery, DeliveryState
from app.core.registry.catalog import current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from tests.support.channels import SECRET, deliveries, listen, make_due
from tests.support.databases import on_both_databases, on_postgresql

WORKERS = 4
ENDS = ("succeeded", "partially_succeeded", "failed")


@pytest.fixture
def hourly(tenant, pigeons):
    """A channel that gets everything of an hour as one."""
    return listen(tenant, buckets=ENDS, digest="1h")


def open_the_window(count=1):
    """Let the time of the oldest messages have come, which closes their window."""
    oldest = select(Delivery.id).order_by(Delivery.id).limit(count)
    db.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(oldest), Delivery.state == "pending")
        .values(next_at=database_now(-1))
    )
    db.session.commit()


def runs_told(pigeons):
    return [[one.run_id for one in told.gathered] or [told.run_id] for told in pigeons.told]


@on_both_databases
def test_what_ends_within_the_window_goes_in_one_message_when_it_closes(hourly, make_run, pigeons, send, app):
    app.config["PUBLIC_URL"] = "https://atlas.example.com"
    good = make_run(RunStatus.COMPLETED, succeeded=3, label="Sweep")
    partial = make_run(RunStatus.COMPLETED_WITH_ERRORS, succeeded=1, failed=1, label="Paint")
    failed = make_run(RunStatus.FAILED, label="Count", reports=[("refused", "password=hunter2 was wrong")])
    assert send() == 0, "the window is open"
    open_the_window()

    assert send() == 1

    [told] = pigeons.told
    assert [one.run_id for one in told.gathered] == [good.id, partial.id, failed.id]
    assert (told.run_id, told.bucket, told.is_test) == (None, "failed", False)
    assert told.sentence == "3 runs ended: 1 failed, 1 partially succeeded, 1 succeeded."
    assert told.title == "3 runs ended: 1 failed, 1 partially succeeded, 1 succeeded (Fictional Ltd)"
    assert (told.counts["succeeded"], told.counts["failed"]) == (4, 1)
    assert told.url == "https://atlas.example.com/t/fictional/monitoring/operations"
    assert [line.split(":")[0] for line in told.lines[1:]] == [
        f"#{failed.id} Count",
        f"#{partial.id} Paint",
        f"#{good.id} Sweep",
    ]
    assert "hunter2" not in str(told)
    assert {(one.state, one.attempts) for one in deliveries()} == {(DeliveryState.DELIVERED, 1)}
    assert send() == 0


@on_both_databases
def test_a_window_begins_with_its_first_message_and_lasts_as_long_as_it_says(hourly, make_run):
    make_run(RunStatus.COMPLETED)

    ahead = db.session.execute(select(Delivery.next_at, database_now().label("now"))).one()
    db.session.commit()
    assert 3_590 < (ahead.next_at - ahead.now).total_seconds() <= 3_600


def test_a_window_with_one_message_sends_it_as_it_is(hourly, make_run, pigeons, send):
    run = make_run(RunStatus.COMPLETED)
    open_the_window()
    send()

    assert (pigeons.told[0].run_id, pigeons.told[0].gathered) == (run.id, ())


@on_both_databases
def test_what_failed_is_tried_again_as_the_same_message(hourly, make_run, pigeons, send):
    first = [make_run(RunStatus.COMPLETED).id for _ in range(2)]
    pigeons.failures = [DeliveryFailedError("Fog.")]
    open_the_window()
    assert send() == 1
    later = make_run(RunStatus.COMPLETED).id
    assert {(one.attempts, one.said) for one in deliveries()[:2]} == {(1, "Fog.")}
    assert send() == 0, "not due yet"

    open_the_window(count=2)
    assert send() == 1
    assert runs_told(pigeons) == [first], "what ended meanwhile is in the next one"
    make_due()
    assert send() == 1

    assert runs_told(pigeons) == [first, [later]]
    assert {one.state for one in deliveries()} == {DeliveryState.DELIVERED}


def test_a_digest_that_never_arrives_is_given_up_whole(hourly, make_run, pigeons, send):
    runs = [make_run(RunStatus.COMPLETED) for _ in range(3)]
    pigeons.failures = [DeliveryFailedError("Fog.") for _ in range(9)]
    for _ in range(len(PAUSES) + 1):
        make_due()
        send()

    assert {(one.state, one.attempts, one.said) for one in deliveries()} == {
        (DeliveryState.FAILED, len(PAUSES) + 1, "Fog.")
    }
    assert {run.status for run in runs} == {RunStatus.COMPLETED}
    make_due()
    assert send() == 0


@on_both_databases
def test_a_digest_whose_worker_died_over_it_is_sent_whole_by_another(hourly, make_run, pigeons, send):
    runs = [make_run(RunStatus.COMPLETED).id for _ in range(3)]
    pigeons.failures = [KeyboardInterrupt()]
    open_the_window()
    with pytest.raises(KeyboardInterrupt):
        send()
    assert send() == 0, "its time is not over"

    open_the_window(count=3)

    assert send() == 1
    assert runs_told(pigeons) == [runs]
    assert {(one.state, one.attempts) for one in deliveries()} == {(DeliveryState.DELIVERED, 2)}


@on_both_databases
def test_many_workers_send_each_run_once(app, tenant, hourly, make_run, pigeons, monkeypatch):
    monkeypatch.setattr(claiming, "GATHERED_AT_ONCE", 3)
    other = listen(tenant, name="Other loft", buckets=ENDS, digest="15min").id
    runs = {make_run(RunStatus.COMPLETED).id for _ in range(8)}
    make_due()
    gate = threading.Barrier(WORKERS)

    def work():
        with app.app_context():
            gate.wait(timeout=60)
            return deliver_due()

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(work) for _ in range(WORKERS)]:
            future.result()

    told = sorted(run_id for each in runs_told(pigeons) for run_id in each)
    assert told == sorted([*runs, *runs]), "once to each channel"
    assert all(len(each) <= 3 for each in runs_told(pigeons))
    assert {one.state for one in deliveries()} == {DeliveryState.DELIVERED}
    assert len({one.id for one in deliveries() if one.subscription_id == other}) == 8


def test_two_tenants_and_two_channels_are_never_in_one_message(
    hourly, tenant, make_tenant, make_run, pigeons, send
):
    elsewhere = make_tenant("elsewhere")
    listen(elsewhere, buckets=ENDS, digest="1h")
    listen(tenant, name="At once", buckets=ENDS)
    here, there = make_run(RunStatus.COMPLETED).id, make_run(RunStatus.COMPLETED, tenant=elsewhere).id
    make_due()
    send()

    assert sorted(runs_told(pigeons)) == [[here], [here], [there]]


def test_what_follows_another_message_is_never_sent_by_itself(hourly, make_run, pigeons, send):
    runs = [make_run(RunStatus.COMPLETED).id for _ in range(2)]
    pigeons.failures = [DeliveryFailedError("Fog.")]
    open_the_window()
    send()
    _change(runs[1], next_at=database_now(-1))

    assert send() == 0, "only its first message is ever due"


def test_what_is_being_tried_by_itself_is_not_gathered(hourly, make_run, pigeons, send):
    first, tried = (make_run(RunStatus.COMPLETED).id for _ in range(2))
    _change(tried, attempts=2)
    open_the_window()
    send()

    assert runs_told(pigeons) == [[first]]
    assert [(one.state, one.attempts) for one in deliveries()][1] == (DeliveryState.PENDING, 2)


def _change(run_id, **columns):
    db.session.execute(update(Delivery).where(Delivery.run_id == run_id).values(**columns))
    db.session.commit()


def test_a_late_answer_changes_nothing(hourly, make_run, pigeons, send):
    for _ in range(2):
        make_run(RunStatus.COMPLETED)

    def another_worker_takes_it():
        db.session.execute(update(Delivery).values(attempts=2))
        db.session.commit()

    pigeons.meanwhile = another_worker_takes_it
    open_the_window()
    send()

    assert {one.state for one in deliveries()} == {DeliveryState.PENDING}


@on_both_databases
def test_a_digest_whose_first_run_is_removed_while_it_flies_is_told_once(hourly, make_run, pigeons, send):
    first, second = (make_run(RunStatus.COMPLETED).id for _ in range(2))

    def retention_removes_the_first():
        db.session.execute(delete(BulkOperationRun).where(BulkOperationRun.id == first))
        db.session.commit()

    pigeons.meanwhile = retention_removes_the_first
    open_the_window()
    send()
    make_due()

    assert send() == 0
    assert [(one.run_id, one.state) for one in deliveries()] == [(second, DeliveryState.DELIVERED)]


def test_what_is_left_of_a_digest_whose_first_run_is_removed_goes_by_itself(hourly, make_run, pigeons, send):
    first, second = (make_run(RunStatus.COMPLETED).id for _ in range(2))
    pigeons.failures = [DeliveryFailedError("Fog.")]
    open_the_window()
    send()
    db.session.execute(delete(BulkOperationRun).where(BulkOperationRun.id == first))
    db.session.commit()
    make_due()
    send()

    assert runs_told(pigeons) == [[second]]


def test_a_test_is_never_gathered(hourly, tenant, make_run, pigeons, send):
    make_run(RunStatus.COMPLETED)
    request_test(tenant, hourly.id)

    assert send() == 1
    assert pigeons.told[0].is_test


def test_what_was_gathered_goes_when_the_digest_is_changed(hourly, tenant, make_run, pigeons, send):
    runs = [make_run(RunStatus.COMPLETED).id for _ in range(2)]
    wish = Wish("Loft", ENDS, (), {"loft": "north", "password": SECRET})

    change_subscription(current_catalog(), tenant, hourly.id, wish)

    assert send() == 2
    assert runs_told(pigeons) == [[run_id] for run_id in runs], "digests are off now"


def test_what_is_switched_off_while_it_is_gathered_is_not_told(hourly, tenant, make_run, pigeons, send):
    make_run(RunStatus.COMPLETED)
    switch_off(tenant, hourly.id)
    make_due()

    assert (send(), pigeons.told) == (0, [])


def test_what_is_more_than_a_message_takes_goes_with_the_next(hourly, make_run, pigeons, send, monkeypatch):
    monkeypatch.setattr(claiming, "GATHERED_AT_ONCE", 2)
    runs = [make_run(RunStatus.COMPLETED).id for _ in range(3)]
    make_due()
    send()

    assert runs_told(pigeons) == [runs[:2], runs[2:]]


@on_postgresql
def test_a_message_that_somebody_is_taking_is_passed_over(hourly, make_run, pigeons, send):
    first, held = (make_run(RunStatus.COMPLETED).id for _ in range(2))
    open_the_window()
    with db.engine.connect() as other, other.begin() as taking:
        other.execute(select(Delivery.id).where(Delivery.run_id == held).with_for_update())

        assert send() == 1
        taking.rollback()

    assert runs_told(pigeons) == [[first]]
    make_due()
    send()
    assert runs_told(pigeons) == [[first], [held]]
