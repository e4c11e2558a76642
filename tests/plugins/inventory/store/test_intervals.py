"""A policy's versions are intervals over the syncs of its scope."""

from sqlalchemy import select

from app.core import db
from app.plugins.inventory.models import InventoryCoverage as Coverage
from app.plugins.inventory.models import InventoryDocument, InventoryPolicy, InventoryVersion
from app.plugins.inventory.store.snapshots import find_policy, policies_at, versions_of
from tests.support.databases import on_both_databases
from tests.support.stored import SKIPPED, TRUNCATED, Store, policy, rows

pytestmark = on_both_databases


def intervals():
    """(text, from, until) of every version, oldest first."""
    query = select(InventoryVersion).order_by(InventoryVersion.from_run_id, InventoryVersion.content_hash)
    return [(row.content_hash, row.from_run_id, row.until_run_id) for row in db.session.scalars(query)]


def names_at(sync, **wanted):
    return [row.display_name for row in policies_at(sync, **wanted)]


def test_a_policy_opens_one_version_that_stays_open(store):
    first = store.take([policy("A", "x")])
    store.take([policy("A", "x")])

    assert intervals() == [("A: x", first.id, None)]


def test_a_change_ends_one_version_and_begins_the_next(store):
    first = store.take([policy("A", "x")])
    second = store.take([policy("A", "y")])

    assert intervals() == [("A: x", first.id, second.id), ("A: y", second.id, None)]


def test_an_absence_from_a_complete_read_ends_the_version(store):
    first = store.take([policy("A"), policy("B", "x")])
    second = store.take([policy("A")])

    assert ("B: x", first.id, second.id) in intervals()
    assert names_at(first) == ["A", "B"]
    assert names_at(second) == ["A"]


def test_a_policy_that_comes_back_is_the_same_policy_with_a_new_version(store):
    first = store.take([policy("A"), policy("B", "x")])
    second = store.take([policy("A")])
    third = store.take([policy("A"), policy("B", "x")])

    assert rows(InventoryPolicy) == 2
    (of_b,) = [row for row in policies_at(third) if row.display_name == "B"]
    history = versions_of(find_policy(store.tenant, of_b.policy_id))
    assert [(version.from_run_id, version.until_run_id) for version in history] == [
        (third.id, None),
        (first.id, second.id),
    ]


def test_an_unchanged_snapshot_adds_no_row(store):
    store.take([policy("A"), policy("B", graph_id="id-b")])
    before = [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)]

    store.take([policy("A"), policy("B", graph_id="id-b")])

    assert [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)] == before
    assert before == [2, 2, 2]


def test_a_body_is_stored_once_for_all_policies_and_times_that_share_it(store):
    store.take([policy("A", "x", graph_id="one"), policy("A", "x", graph_id="two")])
    store.take([policy("A", "y", graph_id="one"), policy("A", "x", graph_id="two")])
    store.take([policy("A", "x", graph_id="one"), policy("A", "x", graph_id="two")])

    assert rows(InventoryDocument) == 2


def test_two_tenants_share_no_row_even_for_equal_bodies(store, make_tenant):
    other = Store(make_tenant())

    mine, theirs = store.take([policy("A")]), other.take([policy("A")])

    stored = db.session.scalars(select(InventoryDocument.tenant_id)).all()
    assert sorted(stored) == sorted([store.tenant.id, other.tenant.id])
    assert policies_at(mine)[0].policy_id != policies_at(theirs)[0].policy_id
    assert find_policy(other.tenant, policies_at(mine)[0].policy_id) is None


def test_two_scopes_of_one_tenant_have_histories_of_their_own(store):
    other = Store(store.tenant, scope="another")
    first = store.take([policy("A")])
    other.take([policy("B")])

    assert names_at(store.take([policy("A")])) == ["A"]
    assert intervals()[0][1:] == (first.id, None)


def test_a_policy_not_seen_in_a_partial_read_is_neither_read_nor_gone(store):
    store.take([policy("A"), policy("B", "x")])

    partial = store.take([policy("A")], states={"compliancePolicy": TRUNCATED})
    again = store.take([policy("A"), policy("B", "x")])

    assert names_at(partial) == ["A"]
    assert names_at(again) == ["A", "B"]
    assert rows(InventoryVersion) == 2


def test_a_collection_the_source_does_not_hold_is_neither_read_nor_gone(store):
    store.take([policy("A"), policy("L", collection="namedLocation")])

    without = store.take([policy("A")], states={"namedLocation": SKIPPED})
    again = store.take([policy("A"), policy("L", collection="namedLocation")])

    assert names_at(without) == ["A"]
    assert names_at(again, collection="namedLocation") == ["L"]
    assert rows(InventoryVersion) == 2


def test_a_sync_that_gave_no_collection_any_coverage_read_nothing(store):
    store.take([policy("A")])
    dead = store.take([])
    for row in dead_coverage(dead):
        db.session.delete(row)
    db.session.commit()

    assert names_at(dead) == []


def dead_coverage(sync):
    from_store = select(Coverage).where(Coverage.sync_run_id == sync.id)
    return db.session.scalars(from_store).all()


def test_policies_that_fill_several_batches_are_all_there(store):
    many = [policy(f"P{number:04}") for number in range(1200)]

    sync = store.take(many)

    assert names_at(sync) == [one.display_name for one in many]
