import pytest

from app.core.errors import InvalidInputError, UnknownTenantError
from app.core.tenants import all_tenants, create_tenant, tenant_by_id, tenant_by_slug
from tests.support.databases import on_both_databases


@pytest.mark.parametrize(
    "slug", ["", "-", "a-", "-a", "A", "a b", "a_b", "a/b", "..", "ä", "a" * 64, "a\n", "<script>"]
)
def test_a_slug_that_cannot_stand_in_a_url_is_refused(app, slug):
    with pytest.raises(InvalidInputError, match="tenant slug"):
        create_tenant(slug)

    assert all_tenants() == []


@pytest.mark.parametrize("slug", ["a", "7", "a-b", "a" * 63])
def test_a_slug_of_letters_digits_and_inner_hyphens_is_taken(app, slug):
    assert create_tenant(slug).name == slug


@on_both_databases
def test_a_slug_is_given_once(app):
    create_tenant("fictional", "Fictional Ltd")

    with pytest.raises(InvalidInputError, match="'fictional' exists already"):
        create_tenant("fictional")

    assert [tenant.name for tenant in all_tenants()] == ["Fictional Ltd"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_is_neither_empty_nor_endless(app, name):
    with pytest.raises(InvalidInputError, match="1 to 200 characters"):
        create_tenant("fictional", name)


def test_an_unknown_tenant_is_named(app):
    with pytest.raises(UnknownTenantError, match="no tenant 'nobody'"):
        tenant_by_slug("nobody")
    with pytest.raises(UnknownTenantError, match="4711"):
        tenant_by_id(4711)
