"""Builders of rows, through the functions the product itself uses."""

from collections.abc import Sequence
from itertools import count

import pytest
from sqlalchemy import update

from app.core.db import db
from app.core.runs import lifecycle
from app.core.runs.items import Outcome
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun, Started
from app.core.runs.status import RunStatus
from app.core.runs.tally import ItemOutcome, Tally, failure_entry
from app.core.tenants import Tenant, create_tenant
from app.core.users import Role, User, create_user, set_membership
from tests.support.browsing import PASSWORD

LEASE_SECONDS = 60.0


@pytest.fixture
def make_tenant(app):
    """Add a tenant: `make_tenant()`, `make_tenant("fabled-harbour", name="Fabled Harbour Ltd")`."""
    numbers = count(1)

    def make(slug=None, name=None) -> Tenant:
        return create_tenant(slug or f"fictional-{next(numbers)}", name)

    return make


@pytest.fixture
def tenant(make_tenant) -> Tenant:
    """The tenant of a test that needs just one."""
    return make_tenant("fictional", "Fictional Ltd")


@pytest.fixture
def make_user(app):
    """Add a user; with `tenant` a member (an operator): `make_user(tenant=t, role=Role.READONLY)`."""
    numbers = count(1)

    def make(*, tenant=None, role=Role.OPERATOR, email=None, password=PASSWORD) -> User:
        user = create_user(email or f"person-{next(numbers)}@example.com", password)
        if tenant is not None:
            set_membership(user, tenant, role)
        return user

    return make


@pytest.fixture
def operator(make_user, tenant) -> User:
    """An operator of `tenant`."""
    return make_user(tenant=tenant)


def new_run(run_type="probe.check", **changes) -> NewRun:
    """What a start writes, with defaults for everything."""
    declared = {
        "label": "Probe",
        "plugin": "probe",
        "plugin_version": "1.0.0",
        "params": {},
        "shown_inputs": {},
    }
    return NewRun(run_type=run_type, **(declared | changes))


def begin(tenant, new: NewRun, user: User | None = None) -> Started:
    """Start a run without an operation behind it."""
    return lifecycle.start(tenant.id, new, Initiator.of(user))


def tally(*, succeeded=(), failed=(), skipped=(), reports: Sequence[tuple[str, str]] = ()) -> Tally:
    """Outcomes by item id; every failure says `not_found`."""
    counted = Tally()
    for outcome, items in ((Outcome.SUCCEEDED, succeeded), (Outcome.SKIPPED, skipped)):
        for item in items:
            counted.add(ItemOutcome(item, outcome))
    for item in failed:
        entry = failure_entry("not_found", "It is not there.", item_id=item)
        counted.add(ItemOutcome(item, Outcome.FAILED, entry))
    counted.reports += [failure_entry(code, reason) for code, reason in reports]
    return counted


def lease_of(run: BulkOperationRun) -> Lease:
    """The lease under which a running run is held."""
    assert run.lease_token is not None, f"run {run.id} is {run.status}"
    return Lease(run.id, run.lease_token, LEASE_SECONDS)


@pytest.fixture
def make_run(app, request):
    """Add a run in any status, through the lifecycle.

    `make_run(RunStatus.COMPLETED, succeeded=3, failed=1, tenant=t, user=u)`: counts are items, made up as
    `item-1`, ...; `items` are the expected ones, when there are more than processed. A completed run with a
    failed item is `completed_with_errors`, as the lifecycle says. `created_at` moves it in time.
    """

    def make(
        status=RunStatus.PENDING,
        *,
        tenant=None,
        user=None,
        run_type="probe.check",
        items=(),
        succeeded=0,
        failed=0,
        skipped=0,
        reports=(),
        summary=None,
        related_links=(),
        created_at=None,
        **declared,
    ) -> BulkOperationRun:
        tenant = tenant or request.getfixturevalue("tenant")
        if status is RunStatus.COMPLETED_WITH_ERRORS and not (failed or reports):
            succeeded, failed = succeeded or 1, 1
        count = succeeded + failed + skipped
        done = [*items, *(f"item-{number}" for number in range(1, count + 1))][:count]
        expected = list(items) or done
        run = begin(tenant, new_run(run_type, item_ids=expected, **declared), user).run
        if created_at is not None:
            db.session.execute(
                update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(created_at=created_at)
            )
            db.session.commit()
        if status is RunStatus.PENDING:
            return _read(run.id)
        lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
        assert lease is not None
        counted = tally(
            succeeded=done[:succeeded],
            failed=done[succeeded : succeeded + failed],
            skipped=done[succeeded + failed :],
            reports=reports,
        )
        if status is RunStatus.RUNNING:
            lifecycle.record_progress(lease, counted)
            return _read(run.id)
        ended = RunStatus.COMPLETED if status is RunStatus.COMPLETED_WITH_ERRORS else status
        lifecycle.finish(lease, ended, counted, summary=summary, related_links=related_links)
        return _read(run.id)

    return make


@pytest.fixture
def lose_an_item(make_run, fresh):
    """Add a final run of which one item was in work when its worker was lost, and one was never begun."""

    def lose(*, succeeded=0, failed=0):
        done = [f"item-{number}" for number in range(1, succeeded + failed + 1)]
        items = [*done, "lost", "left"]
        run = make_run(RunStatus.RUNNING, items=items, succeeded=succeeded, failed=failed)
        lease = lease_of(run)
        lifecycle.begin_item(lease, Tally(in_flight=["lost"]))
        lifecycle.finish(lease, RunStatus.COMPLETED, Tally())
        return fresh(run)

    return lose


def _read(run_id: int) -> BulkOperationRun:
    run = db.session.get_one(BulkOperationRun, run_id, populate_existing=True)
    db.session.commit()
    return run
