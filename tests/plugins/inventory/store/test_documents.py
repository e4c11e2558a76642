"""A stored body, held against the hash under which it is stored."""

import pytest

from app.core import db
from app.plugins.inventory import bodies_of, hash_of_body
from app.plugins.inventory.store.snapshots import policies_at
from tests.support.snapshots import SHARED, compliance, conditional_access, import_export

SECRETS = {
    "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
    "displayName": "Fictional OMA",
    "omaSettings": [
        {
            "@odata.type": "#microsoft.graph.omaSettingString",
            "omaUri": "./Device/Vendor/MSFT/Fictional",
            "value": "a fictional value",
        },
        {"omaUri": "./Device/Token", "value": "Bearer AbCdEf0123456789AbCdEf0123456789"},
    ],
}
FILES = {
    "a.json": compliance("A", passcodeRequired=True, scheduledActionsForRule=[{"ruleName": None}]),
    "x.json": conditional_access("X"),
    "o.json": SECRETS,
}


@pytest.fixture
def rehashed(tenant):
    """(stored hash, hash of the stored body) of every policy of a sync."""

    def compare(sync):
        rows = policies_at(sync)
        pairs = []
        for row in rows:
            body = bodies_of(tenant, [row.content_hash])[row.content_hash]
            pairs.append((row.content_hash, hash_of_body(tenant, row.collection, body)))
        db.session.commit()
        return pairs

    return compare


def test_the_hash_of_a_stored_body_is_that_of_the_policy_as_it_was_read(take, sync_of, rehashed):
    pairs = rehashed(sync_of(take(FILES)))

    assert len(pairs) == 3
    assert all(kept == again for kept, again in pairs)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no real exports here")
@pytest.mark.parametrize("export_name", ["ces2026-intunecd", "j0eyv-ca"])
def test_so_it_is_for_real_exports(tenant, sync_of, rehashed, export_name):
    pairs = rehashed(sync_of(import_export(tenant, SHARED / export_name)))

    assert len(pairs) > 10
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_a_body_that_says_something_else_has_another_hash(tenant, take, sync_of):
    (row,) = policies_at(sync_of(take({"a.json": compliance("A", passcodeRequired=True)})))
    body = bodies_of(tenant, [row.content_hash])[row.content_hash]

    altered = hash_of_body(tenant, row.collection, body.replace(b"true", b"false"))

    assert altered not in (None, row.content_hash)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"17"])
def test_what_is_no_policy_has_no_hash(tenant, body):
    assert hash_of_body(tenant, "compliancePolicy", body) is None
