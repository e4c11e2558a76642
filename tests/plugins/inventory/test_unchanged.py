"""What did not change is made canonical once at most, however its document reads."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.core import db
from app.plugins.inventory import reader
from app.plugins.inventory.models import InventoryVersion
from app.plugins.inventory.policies.canonical import NORMALIZER_VERSION
from app.plugins.inventory.store import writing
from app.plugins.inventory.store.writing import SnapshotWriter
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance
from tests.support.stored import Store, policy, rows

pytestmark = on_both_databases


@pytest.fixture
def canonicalized(monkeypatch):
    """Names of the documents that were made canonical; cleared by whoever asks."""
    names, real = [], reader.canonicalize

    def noting(document, *rest, **options):
        names.append(document["displayName"])
        return real(document, *rest, **options)

    monkeypatch.setattr(reader, "canonicalize", noting)
    return names


@pytest.fixture
def store(tenant):
    """A store of one tenant, written without files."""
    return Store(tenant)


def exported(*names, **fields):
    return {f"{name}.json": compliance(name, **fields) for name in names}


def refuse():
    raise PermissionError


def since(canonicalized):
    said = sorted(canonicalized)
    canonicalized.clear()
    return said


def test_an_unchanged_document_is_not_made_canonical_again(take, canonicalized):
    take(exported("A", "B"))
    assert since(canonicalized) == ["A", "B"]

    take(exported("A", "B"))

    assert since(canonicalized) == []


def test_a_policy_of_an_older_normal_form_is_made_canonical_once(take, canonicalized, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(reader, "NORMALIZER_VERSION", NORMALIZER_VERSION - 1)
        take(exported("A", "B"))
    before = rows(InventoryVersion)
    assert since(canonicalized) == ["A", "B"]

    take(exported("A", "B"))
    assert since(canonicalized) == ["A", "B"]

    take(exported("A", "B"))
    assert since(canonicalized) == []
    assert rows(InventoryVersion) == before


def test_what_differs_in_noise_alone_is_made_canonical_once(take, canonicalized):
    take(exported("A", "B", lastModifiedDateTime="2026-01-05T08:00:00Z"))
    later = exported("A", lastModifiedDateTime="2026-02-05T08:00:00Z")
    same = exported("B", lastModifiedDateTime="2026-01-05T08:00:00Z")
    since(canonicalized)

    run = take(later | same)
    assert since(canonicalized) == ["A"]
    assert (run.summary["added"], run.summary["changed"], run.summary["ended"]) == (0, 0, 0)

    take(later | same)
    assert since(canonicalized) == []


def test_a_batch_of_nothing_but_other_digests_is_flushed(take, canonicalized, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 2)
    names = ("A", "B", "C", "D", "E")
    take(exported(*names, version=1))
    since(canonicalized)

    take(exported(*names, version=2))
    take(exported(*names, version=2))

    assert since(canonicalized) == list(names)


def test_a_sync_that_is_fenced_off_keeps_no_digest(store):
    """What it read is another worker's to say."""
    first = store.take([policy("A", "x")])
    otherwise = replace(policy("A", "x"), source_digest="read otherwise")
    writer = SnapshotWriter(store.tenant, store.scope, first.id, refuse)
    writer.add(otherwise)

    with pytest.raises(PermissionError):
        writer.settle()
    db.session.rollback()

    assert db.session.scalars(select(InventoryVersion.source_digest)).all() == ["A: x"]
