"""Choosing among the policies of a sync, as other plugins do."""

import pytest
from sqlalchemy import delete

from app.core import db
from app.plugins.inventory import PolicyFilter, choose_policies, chosen_ids, count_policies, latest_sync
from app.plugins.inventory.models import InventoryDocument
from tests.support.databases import on_both_databases
from tests.support.stored import TRUNCATED, Store, policy

pytestmark = on_both_databases

ALL = PolicyFilter()


def names(sync, **wanted):
    return [found.display_name for found in choose_policies(sync, PolicyFilter(**wanted))]


@pytest.fixture
def sync(store):
    return store.take(
        [
            policy("Baseline for laptops", graph_id="11aa"),
            policy("Baseline for phones", graph_id="22bb"),
            policy("Harbour office", collection="namedLocation"),
        ]
    )


def test_without_a_filter_everything_that_was_read_is_meant(sync):
    assert names(sync) == ["Baseline for laptops", "Baseline for phones", "Harbour office"]
    assert count_policies(sync, ALL) == {"compliancePolicy": 2, "namedLocation": 1}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("BASELINE", ["Baseline for laptops", "Baseline for phones"]),
        ("phones baseline", ["Baseline for phones"]),
        ("22bb", ["Baseline for phones"]),
        ("namedLocationType", ["Harbour office"]),
        ("%", []),
        ("_", []),
    ],
)
def test_every_word_must_be_in_name_identity_or_type(sync, search, found):
    assert names(sync, search=search) == found
    assert len(chosen_ids(sync, PolicyFilter(search=search))) == len(found)


def test_counts_tell_of_every_collection_whatever_the_filter_names(sync):
    wanted = PolicyFilter(collection="namedLocation", search="a")

    assert [found.collection for found in choose_policies(sync, wanted)] == ["namedLocation"]
    assert count_policies(sync, wanted) == {"compliancePolicy": 2, "namedLocation": 1}


def test_policies_are_chosen_by_id_and_a_limit_cuts_the_list_alone(sync):
    first, second, third = choose_policies(sync, ALL)

    assert names(sync, policy_ids=(third.policy_id, first.policy_id)) == [
        "Baseline for laptops",
        "Harbour office",
    ]
    assert choose_policies(sync, ALL, limit=2) == [first, second]
    assert chosen_ids(sync, ALL) == sorted(found.policy_id for found in (first, second, third))


def test_what_a_partial_sync_did_not_see_cannot_be_chosen(store):
    store.take([policy("A"), policy("B")])

    partial = store.take([policy("A")], states={"compliancePolicy": TRUNCATED})

    assert names(partial) == ["A"]
    assert len(chosen_ids(partial, ALL)) == 1


def test_a_policy_whose_document_is_missing_says_so(sync):
    (first, *_rest) = choose_policies(sync, ALL)
    assert first.secret_count == 0
    db.session.execute(delete(InventoryDocument).where(InventoryDocument.content_hash == first.content_hash))
    db.session.commit()

    assert [found.secret_count for found in choose_policies(sync, ALL)] == [None, 0, 0]


def test_the_latest_sync_is_the_newest_of_its_scope(store):
    other = Store(store.tenant, scope="another")
    assert latest_sync(store.tenant) is None

    first = store.take([policy("A")])
    second = other.take([policy("A")])

    assert latest_sync(store.tenant).id == second.id
    assert latest_sync(store.tenant, "scope").id == first.id
