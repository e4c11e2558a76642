"""A kept version beside another, and beside what the tenant has now."""

import re

import pytest
from sqlalchemy import update

from app.core import Role, db
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.inventory.models import InventoryCoverage
from tests.support.databases import on_both_databases
from tests.support.documents import lose
from tests.support.exported import SCRIPT
from tests.support.snapshots import compliance

LAX, STRICT = compliance("A", passcodeMinimumLength=4), compliance("A", passcodeMinimumLength=12)


@pytest.fixture
def versions(backup_set):
    """Numbers of the kept versions of a policy, oldest first: `versions("A")`."""

    def numbers(name):
        shown = list_items(backup_set, ItemFilter(), limit=None)
        db.session.commit()
        return [one.item.id for one in reversed(shown) if one.item.display_name == name]

    return numbers


@pytest.fixture
def page(browser, tenant, backup_set):
    """The text of a page below the set's items: `page(7, "compare")`."""

    def get(item_id, what, status=200):
        answer = browser.get(f"/t/{tenant.slug}/backup-sets/{backup_set.id}/items/{item_id}/{what}")
        assert answer.status_code == status, answer.text
        return re.sub(r"<[^>]*>|\s+", " ", answer.text.partition("<main")[2])

    return get


@on_both_databases
def test_two_versions_show_what_changed_the_older_first(add, take, versions, page):
    add(take({"a.json": LAX}))
    add(take({"a.json": STRICT}))
    first, second = versions("A")

    said = [page(second, "compare"), page(first, f"compare?with={second}")]

    for text in said:
        assert "1 change" in text
        assert "passcodeMinimumLength" in text
        assert text.index("Version 1 4") < text.index("Version 2 12")


def test_of_three_versions_any_two_are_compared(add, take, versions, page):
    for length in (4, 8, 12):
        add(take({"a.json": compliance("A", passcodeMinimumLength=length)}))
    first, second, third = versions("A")

    assert "Version 1 4 Version 3 12" in re.sub(r"\s+", " ", page(third, f"compare?with={first}"))
    assert "Version 2 8 Version 3 12" in re.sub(r"\s+", " ", page(third, "compare"))
    assert "Version 1 4 Version 2 8" in re.sub(r"\s+", " ", page(second, f"compare?with={first}"))


def test_a_changed_secret_is_said_and_not_shown(add, take, versions, page):
    add(take({"s.json": SCRIPT}))
    add(take({"s.json": SCRIPT | {"scriptContent": "V3JpdGUtSG9zdCAnb3RoZXIn"}}))

    text = page(versions("Fictional script")[1], "compare")

    assert "secret value changed" in text
    assert "V3JpdGUt" not in text


def test_what_is_no_other_version_of_the_policy_is_refused(add, abc, versions, page, take):
    add(abc)
    (a,), (b,) = versions("A"), versions("B")

    page(a, "compare", 403)
    page(a, f"compare?with={b}", 403)
    page(a, f"compare?with={a}", 403)
    page(a, "compare?with=abc", 400)
    page(4711, "compare", 403)
    page(4711, "since", 403)


@on_both_databases
def test_since_saved_shows_the_tenant_beside_what_was_kept(add, take, versions, page):
    add(take({"a.json": LAX}))
    (item,) = versions("A")
    assert "No difference" in page(item, "since")

    later = take({"a.json": STRICT})

    text = page(item, "since")
    assert "As kept 4 In the tenant 12" in re.sub(r"\s+", " ", text)
    assert f"sync {later.id}" in text


def test_a_policy_that_is_gone_is_said_to_be(add, abc, take, versions, page):
    add(abc)
    take({"b.json": compliance("B")})

    assert "it is gone from the tenant" in page(versions("A")[0], "since")


@pytest.mark.parametrize(("state", "said"), [("denied", "refused this type"), ("skipped", "could not read")])
def test_what_was_not_read_is_not_taken_for_gone(add, abc, take, versions, page, state, said):
    add(abc)
    later = take({"b.json": compliance("B")})
    wrong = update(InventoryCoverage).where(InventoryCoverage.sync_run_id == later.id)
    db.session.execute(wrong.values(state=state))
    db.session.commit()

    text = page(versions("B")[0], "since")

    assert said in text
    assert "gone" not in text


def test_a_document_that_is_missing_is_said_to_be(add, take, versions, page, items):
    add(take({"a.json": LAX}))
    add(take({"a.json": STRICT}))
    lose(items()["A"].content_hash)

    assert "missing from the snapshot store" in page(versions("A")[0], "compare")


@pytest.fixture
def stranger(sign_in, make_user, make_tenant):
    """A browser of the owner of another tenant, and its name in addresses."""
    other = make_tenant()
    return sign_in(make_user(tenant=other, role=Role.OWNER)), other.slug


def test_other_tenants_versions_are_refused_alike(add, take, versions, stranger, tenant, backup_set):
    add(take({"a.json": LAX}))
    browser, theirs = stranger

    for slug in (tenant.slug, theirs):
        for what in ("compare", "since"):
            path = f"/t/{slug}/backup-sets/{backup_set.id}/items/{versions('A')[0]}/{what}"
            assert browser.get(path).status_code == 403


def test_the_list_leads_from_changed_to_what_changed(
    add, take, verify, versions, browser, tenant, backup_set
):
    add(take({"a.json": LAX}))
    take({"a.json": STRICT})
    verify()

    shown = browser.get(f"/t/{tenant.slug}/backup-sets/{backup_set.id}").text

    assert f"/items/{versions('A')[0]}/since" in shown
