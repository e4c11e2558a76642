"""A backup set, and the runs that fill and verify it, in one word each."""

import pytest

from app.core import db
from app.plugins.backup_sets.exports import export_of_run, path_of
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.sets import create_set, set_of_run
from app.plugins.inventory import PolicyFilter, chosen_ids
from app.plugins.inventory.store.snapshots import find_sync, policies_at
from tests.support.snapshots import compliance, run_now

ABC = {f"{name.lower()}.json": compliance(name) for name in "ABC"}


@pytest.fixture
def abc(take):
    """A run of `inventory.sync` that read the policies A, B and C."""
    return take(ABC)


@pytest.fixture
def backup_set(tenant):
    """An empty set of the tenant."""
    return create_set(tenant, "Golden")


@pytest.fixture
def ids(tenant):
    """Ids of the policies that a sync read, by name: `ids(run)["A"]`."""

    def by_name(run, *, of=None):
        found = {row.display_name: row.policy_id for row in policies_at(find_sync(of or tenant, run.id))}
        db.session.commit()
        return found

    return by_name


@pytest.fixture
def of_another_tenant(make_tenant, take, ids):
    """A sync of another tenant, and the id of a policy in it."""
    other = make_tenant()
    theirs = take({"a.json": compliance("A")}, of=other)
    return theirs, ids(theirs, of=other)["A"]


@pytest.fixture
def add(tenant, backup_set, ids):
    """Run `backup_set.add_policies` with policies of a sync, by default all: `add(run, "A", "B")`."""

    def run(sync, *names, to=None, policy_ids=None):
        known = {} if policy_ids else ids(sync)
        params = {
            "backup_set_id": (to or backup_set).id,
            "policy_ids": policy_ids or [known[name] for name in names or known],
            "sync_run_id": sync.id,
        }
        return run_now(tenant, "backup_set.add_policies", params)

    return run


@pytest.fixture
def add_all(tenant, add):
    """Run `backup_set.add_policies` with every policy of a sync, however many share a name."""

    def run(sync):
        policy_ids = chosen_ids(find_sync(tenant, sync.id), PolicyFilter())
        db.session.commit()
        return add(sync, policy_ids=policy_ids)

    return run


@pytest.fixture
def verify(tenant, backup_set):
    """Run `backup_set.verify` on the set."""

    def run():
        return run_now(tenant, "backup_set.verify", {"backup_set_id": backup_set.id})

    return run


@pytest.fixture
def export_set(tenant, backup_set):
    """Run `backup_set.export` on the set: (the run, the path of the zip or nothing)."""

    def run(of=None):
        run = run_now(tenant, "backup_set.export", {"backup_set_id": (of or backup_set).id})
        made = export_of_run(tenant, run.id)
        db.session.commit()
        return run, path_of(tenant, made) if made else None

    return run


@pytest.fixture
def import_set(tenant):
    """Run `backup_set.import` on a zip: (the run, the set it made or nothing)."""

    def run(path, *, into=None):
        into = into or tenant
        run = run_now(into, "backup_set.import", {"path": str(path)})
        made = set_of_run(into, run.id)
        db.session.commit()
        return run, made

    return run


@pytest.fixture
def held(backup_set):
    """What the set holds: [(name, version, number of its sync), ...], by name, newest version first."""

    def listed(of=None):
        shown = list_items(of or backup_set, ItemFilter(), limit=None)
        db.session.commit()
        return [(one.item.display_name, one.version, one.item.sync_run_id) for one in shown]

    return listed


@pytest.fixture
def items(backup_set):
    """The rows that the set holds, by name of the policy; of several versions the newest."""

    def by_name(**wanted):
        shown = list_items(backup_set, ItemFilter(**wanted), limit=None)
        db.session.commit()
        return {one.item.display_name: one.item for one in reversed(shown)}

    return by_name
