"""Transactions that lose nothing, and moments that keep their zone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, StatementError

from app.core.db import UtcDateTime, db, reading
from app.core.tenants import Tenant, create_tenant
from app.core.users import User
from tests.support.asking import asking
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases

THREADS = 8
ROUNDS = 25


@on_both_databases
def test_a_moment_comes_back_in_utc_whatever_its_zone_was(app, fresh):
    tenant = create_tenant("fictional")
    tenant.created_at = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    db.session.commit()

    found = fresh(tenant).created_at

    assert found == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(app):
    tenant = create_tenant("fictional")
    tenant.created_at = datetime(2026, 3, 1)  # noqa: DTZ001 - the fault under test

    with pytest.raises(StatementError, match="naive datetime"):
        db.session.commit()
    db.session.rollback()


def test_no_moment_stays_no_moment():
    assert UtcDateTime().process_bind_param(None, None) is None
    assert UtcDateTime().process_result_value(None, None) is None


@on_both_databases
def test_what_is_read_and_then_written_by_many_at_once_is_never_lost(app, make_user):
    user_id = make_user().id
    gate = threading.Barrier(THREADS)

    def raise_epoch():
        gate.wait(timeout=30)
        for _ in range(ROUNDS):
            with app.app_context():
                user = db.session.scalar(select(User).where(User.id == user_id).with_for_update())
                user.session_epoch += 1
                db.session.commit()

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(raise_epoch) for _ in range(THREADS)]:
            future.result()

    assert db.session.get_one(User, user_id, populate_existing=True).session_epoch == THREADS * ROUNDS


@on_both_databases
def test_a_reading_transaction_cannot_write(app):
    with reading():
        db.session.add(Tenant(slug="sneaked-in", name="Sneaked in"))
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()

    assert db.session.scalar(select(Tenant)) is None
    assert create_tenant("written").id, "and afterwards it may be written again"


def test_sqlite_compiles_no_statement_anew_while_only_readers_come(app):
    end_transaction()
    with asking() as asked:
        for is_reading in (True, True, False, False, True):
            with reading() if is_reading else nullcontext():
                db.session.execute(select(Tenant))
                db.session.rollback()

    told = [one.statement for one in asked if "query_only" in one.statement]
    assert told[-2:] == ["PRAGMA query_only=0", "PRAGMA query_only=1"]
    assert len(told) <= 3


def test_a_reader_holds_no_writer_up(app, make_tenant):
    make_tenant()
    with reading():
        assert db.session.scalar(select(Tenant)) is not None

        with ThreadPoolExecutor(1) as pool:
            pool.submit(_write_alone, app).result(timeout=5)
        db.session.rollback()


def _write_alone(app):
    with app.app_context():
        create_tenant("from-another-thread")


@on_both_databases
def test_a_get_request_that_writes_is_an_error_and_leaves_nothing(app, client, caplog):
    @app.get("/writes")
    def writes():
        create_tenant("by-get")
        return "written"

    assert client.get("/writes").status_code == 500
    assert db.session.scalar(select(Tenant)) is None


@on_both_databases
def test_a_post_after_a_get_writes(app, client):
    @app.post("/writes")
    def writes():
        create_tenant("by-post")
        return "written"

    client.get("/sign-in")

    assert client.submit("/writes").text == "written"
