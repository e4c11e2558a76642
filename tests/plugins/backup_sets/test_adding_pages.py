"""Choosing policies for a set in a browser."""

import pytest
from sqlalchemy import select

from app.core import BulkOperationRun, Role, db
from app.core.audit import AuditLog
from app.plugins.backup_sets import adding_views
from app.plugins.backup_sets.models import BackupSetItem
from tests.support.browsing import location
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access
from tests.support.stored import rows

MIXED = {
    **{f"{name}.json": compliance(f"Laptops {name}") for name in "ABC"},
    "x.json": conditional_access("Laptops X"),
    "y.json": conditional_access("Phones Y"),
}


@pytest.fixture
def path(tenant, backup_set):
    """The address on which policies are chosen for the set."""
    return f"/t/{tenant.slug}/backup-sets/{backup_set.id}/add"


@pytest.fixture
def mixed(take):
    """A sync of three compliance policies and two of Conditional Access."""
    return take(MIXED)


def started_runs():
    """Parameters of the runs that add policies."""
    query = select(BulkOperationRun.params).where(BulkOperationRun.action == "add_policies")
    found = list(db.session.scalars(query))
    db.session.commit()
    return found


def test_without_a_finished_sync_there_is_nothing_to_choose_and_the_page_says_so(browser, path):
    page = browser.get(path)

    assert page.status_code == 200
    assert "No finished sync yet" in page.text
    assert "Add selected" not in page.text


def test_the_newest_sync_is_offered_by_type(browser, path, abc, mixed):
    page = browser.get(path).text

    assert f'<option value="{mixed.id}" selected>' in page
    assert "Add all 5</button>" in page
    assert page.index(">Compliance policies</th>") < page.index(">Conditional Access policies</th>")
    assert "Compliance policies (3)" in page


def test_an_earlier_sync_can_be_chosen(browser, path, abc, mixed):
    page = browser.get(f"{path}?sync={abc.id}").text

    assert "Add all 3</button>" in page
    assert "Laptops" not in page


@pytest.mark.parametrize(
    ("asked", "button"),
    [
        ("q=laptops", "Add all 4 matching"),
        ("type=compliancePolicy", "Add all 3 matching"),
        ("q=laptops&type=conditionalAccessPolicy", "Add all 1 matching"),
    ],
)
def test_a_filter_narrows_what_can_be_added(browser, path, mixed, asked, button):
    assert button in browser.get(f"{path}?{asked}").text


def test_a_filter_that_nothing_matches_says_so(browser, path, mixed):
    page = browser.get(f"{path}?q=nothing").text

    assert "No policies match these filters" in page
    assert "Add all" not in page


def test_what_the_set_has_already_is_marked(browser, path, add, abc, take):
    add(abc)
    take(
        {
            "a.json": compliance("A"),
            "b.json": compliance("B", passcodeRequired=True),
            "d.json": compliance("D"),
        }
    )

    page = browser.get(path).text

    assert page.count("In the set</span>") == 1
    assert page.count("Newer than in the set</span>") == 1


def test_selected_policies_are_added_and_the_page_of_the_set_says_that_it_is_queued(
    browser, path, mixed, ids, worker, operator, items
):
    known = ids(mixed)
    sent = {"which": "selected", "sync": mixed.id, "policy": [known["Laptops A"], known["Phones Y"]]}

    landing = browser.get(location(browser.submit(path, sent)))
    assert "queued" in landing.text
    assert "View run" in landing.text
    worker()

    assert sorted(items()) == ["Laptops A", "Phones Y"]
    assert {item.added_by for item in items().values()} == {operator.email}
    assert "2 policies in 2 versions" in browser.get(path.removesuffix("/add")).text


def test_all_that_match_are_added_though_only_some_are_shown(browser, path, mixed, worker, held, monkeypatch):
    monkeypatch.setattr(adding_views, "SHOWN", 2)
    shown = browser.get(f"{path}?q=laptops").text
    assert "The first 2 of 4 are shown" in shown

    browser.submit(path, {"which": "all", "sync": mixed.id, "q": "laptops"})
    worker()

    assert [name for name, _, _ in held()] == ["Laptops A", "Laptops B", "Laptops C", "Laptops X"]


def test_the_same_choice_twice_is_one_run(browser, path, mixed):
    sent = {"which": "all", "sync": mixed.id}
    browser.submit(path, sent)

    landing = browser.get(location(browser.submit(path, sent)))

    assert "already running" in landing.text
    assert len(started_runs()) == 1


def test_choosing_nothing_is_refused_and_says_why(browser, path, mixed):
    answer = browser.submit(path, {"which": "selected", "sync": mixed.id})

    assert answer.status_code == 422
    assert "Choose at least one policy." in answer.text
    assert started_runs() == []


def test_what_was_selected_stays_selected_when_the_form_is_refused(browser, path, mixed, ids):
    chosen = ids(mixed)["Laptops A"]

    answer = browser.submit(path, {"which": "selected", "sync": mixed.id, "policy": [chosen, "not an id"]})

    assert answer.status_code == 422
    assert f'value="{chosen}" checked' in answer.text


@on_both_databases
def test_another_tenants_policy_is_refused_nothing_is_written_and_it_is_audited(
    browser, path, mixed, ids, of_another_tenant, operator, backup_set
):
    _, theirs = of_another_tenant
    mine = ids(mixed)["Laptops A"]
    runs = rows(BulkOperationRun)
    pages = set()

    for foreign in (theirs, "0" * 32):
        answer = browser.submit(path, {"which": "selected", "sync": mixed.id, "policy": [mine, foreign]})
        assert answer.status_code == 403
        pages.add(answer.text.partition("<main")[2])

    assert len(pages) == 1, "nobody learns whether it exists"
    assert (rows(BulkOperationRun), rows(BackupSetItem)) == (runs, 0)
    query = select(AuditLog).where(AuditLog.action == "backup_set.adding_refused")
    assert [(row.actor, row.subject, row.tenant_id) for row in db.session.scalars(query)] == [
        (operator.email, f"backup_set:{backup_set.id}", backup_set.tenant_id)
    ] * 2


def test_another_tenants_sync_is_refused_like_none(browser, path, mixed, of_another_tenant):
    theirs, _ = of_another_tenant

    for number in (theirs.id, 4711, "abc"):
        assert browser.get(f"{path}?sync={number}").status_code == 403
        assert browser.submit(path, {"which": "all", "sync": number}).status_code == 403
    assert started_runs() == []


def test_the_start_page_of_operations_leads_to_the_sets(browser, tenant):
    page = browser.get(f"/t/{tenant.slug}/start").text

    assert "Add policies to a backup set" in page
    assert f'href="/t/{tenant.slug}/backup-sets"' in page


def test_a_manager_may_choose_as_well(sign_in, make_user, tenant, path, mixed):
    manager = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    assert manager.submit(path, {"which": "all", "sync": mixed.id}).status_code == 302
