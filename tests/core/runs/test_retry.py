"""Repeating a run: a new one, linked both ways, with today's permissions."""

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import (
    InvalidInputError,
    ItemFailedError,
    PermissionDeniedError,
    RunFailedError,
    UnknownRunTypeError,
)
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.runs.events import EventKind
from app.core.runs.queries import retries_of, timeline_of
from app.core.runs.retry import retry_run
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.users import Role, set_membership
from tests.support.databases import on_both_databases

ITEMS = ["a", "b", "c", "d"]


class Params(BaseModel):
    depth: int = 1


@pytest.fixture
def partly_failed(app, tenant, offer, worker, fresh, operator):
    """A run in which `b` failed and `c` and `d` were left; a second run finds everything well."""

    def run(**declared):
        seen = []

        def check(run):
            for item in run.items:
                seen.append((run.id, item))
                with run.item(item):
                    if item == "b" and run.id == seen[0][0]:
                        raise ItemFailedError("not_found", "It is not there.")
                if item == "b" and run.id == seen[0][0]:
                    raise RunFailedError("stopped", "Stopped.")

        declared = {"items": lambda _tenant, _params: ITEMS, "params": Params} | declared
        offer(check, **declared)
        started = start_operation(current_catalog(), tenant, "probe.check", {"depth": 3}, operator)
        worker()
        ended = fresh(started.run)
        assert (ended.status, ended.succeeded, ended.failed) == (RunStatus.FAILED, 1, 1)
        return ended, seen

    return run


@on_both_databases
def test_failed_and_unprocessed_items_are_repeated_as_a_new_run(
    partly_failed, tenant, operator, worker, fresh
):
    first, seen = partly_failed()

    started = retry_run(current_catalog(), tenant, first.id, operator, failed_only=True)
    assert (started.created, started.run.total_items, started.run.item_ids) == (True, 3, ["b", "c", "d"])
    worker()

    again = fresh(started.run)
    assert [item for run_id, item in seen if run_id == again.id] == ["b", "c", "d"]
    assert (again.status, again.succeeded, again.params) == (RunStatus.COMPLETED, 3, {"depth": 3})
    assert again.retry_of_id == first.id
    assert list(retries_of(first)) == [again.id]
    assert [event.kind for event in timeline_of(first)][-1] == EventKind.RETRIED
    assert fresh(first).version == first.version, "the first run itself is as it was"


@on_both_databases
def test_a_whole_run_is_repeated_with_all_its_items(partly_failed, tenant, worker, fresh):
    first, _ = partly_failed()

    started = retry_run(current_catalog(), tenant, first.id)
    worker()

    assert fresh(started.run).succeeded == 4


def test_a_repetition_is_audited_with_who_asked(partly_failed, tenant, operator):
    first, _ = partly_failed()

    started = retry_run(current_catalog(), tenant, first.id, operator, failed_only=True)

    entries = db.session.scalars(select(AuditLog).where(AuditLog.action == "run.retried")).all()
    [entry] = entries
    assert (entry.actor, entry.subject) == (operator.email, f"run:{first.id}")
    assert entry.details == {"retried_as": started.run.id, "failed_only": True}
    start_entry = db.session.get_one(AuditLog, started.run.audit_log_id)
    assert start_entry.details["retry_of"] == first.id


def test_who_may_not_start_it_any_more_may_not_repeat_it(partly_failed, tenant, operator):
    first, _ = partly_failed()
    set_membership(operator, tenant, Role.READONLY)

    with pytest.raises(PermissionDeniedError):
        retry_run(current_catalog(), tenant, first.id, operator)

    assert not retries_of(first)


def test_a_repetition_of_what_is_active_is_that_run(partly_failed, tenant):
    first, _ = partly_failed()
    active = retry_run(current_catalog(), tenant, first.id).run

    again = retry_run(current_catalog(), tenant, first.id, failed_only=True)

    assert (again.created, again.run.id) == (False, active.id)


def test_a_run_that_has_not_ended_cannot_be_repeated(app, tenant, offer, make_run):
    offer(lambda _run: None)
    run = make_run(RunStatus.RUNNING)

    with pytest.raises(InvalidInputError, match=f"run {run.id}: it has not ended yet"):
        retry_run(current_catalog(), tenant, run.id)


def test_a_run_of_another_tenant_is_no_run(partly_failed, make_tenant):
    first, _ = partly_failed()

    with pytest.raises(InvalidInputError, match=f"no run {first.id}"):
        retry_run(current_catalog(), make_tenant(), first.id)


def test_a_run_whose_plugin_is_gone_cannot_be_repeated(app, partly_failed, tenant):
    first, _ = partly_failed()
    app.extensions[EXTENSION].operations.clear()

    with pytest.raises(UnknownRunTypeError):
        retry_run(current_catalog(), tenant, first.id)


def test_items_that_an_operation_finds_itself_cannot_be_chosen(app, tenant, offer, make_run):
    offer(lambda _run: None)
    run = make_run(RunStatus.COMPLETED, succeeded=1, failed=1)

    with pytest.raises(InvalidInputError, match="finds its items itself"):
        retry_run(current_catalog(), tenant, run.id, failed_only=True)


def test_nothing_failed_and_nothing_left_leaves_nothing_to_repeat(app, tenant, offer, make_run):
    offer(lambda _run: None, items=lambda _tenant, _params: ["item-1"])
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    with pytest.raises(InvalidInputError, match="none of its items failed"):
        retry_run(current_catalog(), tenant, run.id, failed_only=True)
