"""Documents from elsewhere in the form in which the store keeps them."""

import orjson
import pytest

from app.core import db
from app.plugins.inventory import bodies_of, hash_of_body, keep_documents, kept_form
from tests.support.databases import on_both_databases
from tests.support.exported import SCRIPT
from tests.support.snapshots import compliance

TYPE = "compliancePolicy"


def raw(document):
    return orjson.dumps(document)


@on_both_databases
def test_a_document_that_was_kept_is_kept_again_as_it_is(tenant, make_tenant):
    other = make_tenant()
    first = kept_form(tenant, "psScript", raw(SCRIPT))

    again, elsewhere = (kept_form(one, "psScript", first.body) for one in (tenant, other))

    assert first.secret_count == 1
    assert again == elsewhere == first
    assert b"V3JpdGUt" not in first.body
    assert hash_of_body(other, "psScript", first.body) == first.content_hash


def test_a_secret_in_clear_is_sealed_with_the_tenants_own_key(tenant, make_tenant):
    here, there = (kept_form(one, "psScript", raw(SCRIPT)) for one in (tenant, make_tenant()))

    assert here.content_hash != there.content_hash


@pytest.mark.parametrize("wrong", [b"", b"{", b"[]", b"1", b'"text"', b'{"a":' * 500 + b"1" + b"}" * 500])
def test_what_is_no_policy_is_nothing(tenant, wrong):
    assert kept_form(tenant, TYPE, wrong) is None


@on_both_databases
def test_what_is_stored_already_stays(tenant):
    kept = kept_form(tenant, TYPE, raw(compliance("A")))
    other = kept_form(tenant, TYPE, raw(compliance("B")))
    keep_documents(tenant, {kept.content_hash: kept})

    keep_documents(tenant, {kept.content_hash: other._replace(content_hash=kept.content_hash)})
    keep_documents(tenant, {})

    assert bodies_of(tenant, [kept.content_hash]) == {kept.content_hash: kept.body}
    db.session.commit()
