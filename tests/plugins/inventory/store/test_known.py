"""What the store says of a policy that a sync does not have."""

import pytest

from app.core import db
from app.plugins.inventory import Absence, CoverageState, absences_from, known_policies
from app.plugins.inventory.store import known
from app.plugins.inventory.store.snapshots import policies_at
from tests.support.databases import on_both_databases
from tests.support.stored import SKIPPED, TRUNCATED, Store, policy

pytestmark = on_both_databases


def id_of(sync, name):
    (found,) = [row.policy_id for row in policies_at(sync) if row.display_name == name]
    return found


def test_a_policy_is_known_by_its_newest_name(store):
    first = store.take([policy("Old name", graph_id="one")])
    store.take([policy("New name", graph_id="one")])

    found = known_policies(store.tenant, [id_of(first, "Old name")])

    assert [(row.display_name, row.collection) for row in found.values()] == [
        ("New name", "compliancePolicy")
    ]


def test_of_other_tenants_and_of_nothing_it_says_the_same(store, make_tenant):
    theirs = id_of(Store(make_tenant()).take([policy("A")]), "A")
    mine = id_of(store.take([policy("A")]), "A")

    assert list(known_policies(store.tenant, [mine, theirs, "0" * 32])) == [mine]


def test_many_ids_are_asked_in_batches(store, monkeypatch):
    monkeypatch.setattr(known, "AT_ONCE", 2)
    sync = store.take([policy(f"P{number}") for number in range(5)])
    ids = [row.policy_id for row in policies_at(sync)]

    assert sorted(known_policies(store.tenant, ids)) == sorted(ids)
    assert set(absences_from(sync, ids).values()) == {Absence.UNREAD}


def test_a_policy_is_gone_after_a_complete_read_and_not_there_before_its_first(store):
    first = store.take([policy("A"), policy("B")])
    without = store.take([policy("A")])
    later = store.take([policy("C")])
    gone, new = id_of(first, "B"), id_of(later, "C")

    for sync in (without, later):
        assert absences_from(sync, [gone]) == {gone: Absence.GONE}
    assert absences_from(first, [new]) == {new: Absence.GONE}


@pytest.mark.parametrize(
    ("state", "absence"),
    [
        (SKIPPED, Absence.UNREAD),
        (CoverageState.THROTTLED, Absence.UNREAD),
        (CoverageState.DENIED, Absence.REFUSED),
        (CoverageState.LICENSE_MISSING, Absence.REFUSED),
    ],
)
def test_a_collection_that_was_not_read_is_not_gone(store, state, absence):
    first = store.take([policy("A"), policy("L", collection="namedLocation")])
    office = id_of(first, "L")
    without = store.take([policy("A")])
    row = known.coverage_of(without)["namedLocation"]
    row.state = state
    db.session.commit()

    assert absences_from(without, [office]) == {office: absence}


def test_a_policy_that_a_partial_read_did_not_see_is_unread(store):
    unseen = id_of(store.take([policy("A"), policy("B")]), "B")

    partial = store.take([policy("A")], states={"compliancePolicy": TRUNCATED})

    assert absences_from(partial, [unseen]) == {unseen: Absence.UNREAD}
