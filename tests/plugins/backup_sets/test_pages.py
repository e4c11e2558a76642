"""Backup sets in a browser: looking, making, taking out, and what other tenants do not see."""

import pytest

from app.core import Role, db
from app.plugins.backup_sets import items as kept
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from app.plugins.backup_sets.sets import create_set, list_sets
from tests.support.browsing import location
from tests.support.snapshots import compliance, conditional_access
from tests.support.stored import rows

HUGE = 10**30


@pytest.fixture
def reader(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


@pytest.fixture
def manager(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.MANAGER))


@pytest.fixture
def path(tenant, backup_set):
    """The address of the set."""
    return f"/t/{tenant.slug}/backup-sets/{backup_set.id}"


def test_a_tenant_without_sets_is_told_what_they_are_for(browser, reader, tenant):
    for viewer, offers in ((browser, True), (reader, False)):
        page = viewer.get(f"/t/{tenant.slug}/backup-sets")
        assert page.status_code == 200
        assert "No backup sets yet" in page.text
        assert ("New backup set" in page.text) is offers


def test_a_set_is_made_and_policies_are_chosen_next(browser, tenant, operator):
    sent = {"name": "Golden", "description": "For the auditors."}

    answer = browser.submit(f"/t/{tenant.slug}/backup-sets/new", sent)

    (made,) = list_sets(tenant)
    assert (made.backup_set.name, made.backup_set.created_by) == ("Golden", operator.email)
    assert location(answer) == f"/t/{tenant.slug}/backup-sets/{made.backup_set.id}/add"
    assert "For the auditors." in browser.get(f"/t/{tenant.slug}/backup-sets").text


def test_a_name_that_is_taken_is_said_and_what_was_typed_is_kept(browser, tenant, backup_set):
    sent = {"name": "Golden", "description": "Another one."}

    answer = browser.submit(f"/t/{tenant.slug}/backup-sets/new", sent)

    assert answer.status_code == 422
    assert "already" in answer.text
    assert "Another one." in answer.text
    assert rows(BackupSet) == 1


def test_an_empty_set_leads_to_choosing(browser, reader, path):
    assert "Nothing in this set yet" in browser.get(path).text
    assert f'href="{path}/add"' in browser.get(path).text
    assert "add" not in reader.get(path).text.partition("Nothing in this set yet")[2].partition("</main>")[0]


def test_a_set_shows_its_policies_by_type_with_versions_and_provenance(browser, path, add, take):
    first = take({"a.json": compliance("A"), "x.json": conditional_access("X")})
    add(first)
    second = take({"a.json": compliance("A", passcodeRequired=True), "x.json": conditional_access("X")})
    run = add(second)

    page = browser.get(path).text

    assert "2 policies in 3 versions" in page
    groups = [
        page.index(f">{label}</th>") for label in ("Compliance policies", "Conditional Access policies")
    ]
    assert groups == sorted(groups)
    assert ">2 of 2</td>" in page
    assert ">1 of 2</td>" in page
    for sync in (first, second):
        assert f">sync {sync.id}</a>" in page
    assert "by system" in page
    assert f"/monitoring/operations/{run.id}" in page


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ("type=compliancePolicy", "Fictional A", "Fictional X"),
        ("q=fictional+x", "Fictional X", "Fictional A"),
        ("q=nothing", "No policies match these filters", "Fictional A"),
        ("state=gone", "No policies match these filters", "Fictional A"),
        ("run=4711", "No policies match these filters", "Fictional A"),
        (f"run={HUGE}", "No policies match these filters", "Fictional A"),
    ],
)
def test_what_a_set_holds_is_filtered(browser, path, add, take, asked, shown, hidden):
    add(take({"a.json": compliance("Fictional A"), "x.json": conditional_access("Fictional X")}))

    page = browser.get(f"{path}?{asked}")

    assert page.status_code == 200
    assert shown in page.text
    assert hidden not in page.text


def test_what_one_run_added_can_be_seen_alone(browser, path, add, abc):
    add(abc, "A")
    run = add(abc, "B")

    page = browser.get(f"{path}?run={run.id}").text

    assert f"Only what run {run.id} added" in page
    assert ">B</a>" in page
    assert ">A</a>" not in page


@pytest.mark.parametrize("asked", ["type=a/b", "state=purple", "run=abc"])
def test_a_filter_that_cannot_be_one_is_refused_and_named(browser, path, asked):
    answer = browser.get(f"{path}?{asked}")

    assert answer.status_code == 400
    assert asked.partition("=")[0] + ": " in answer.text


def test_of_many_versions_the_first_are_shown_and_the_rest_is_counted(browser, path, add, abc, monkeypatch):
    monkeypatch.setattr(kept.list_items, "__kwdefaults__", {"limit": 2})
    add(abc)

    assert "The first 2 of 3 versions are shown" in browser.get(path).text


def test_a_kept_version_shows_its_document_and_its_other_versions(browser, path, add, take, items):
    add(take({"a.json": compliance("A", passcodeRequired=False)}))
    old = items()["A"].id
    add(take({"a.json": compliance("A", passcodeRequired=True)}))
    new = items()["A"].id

    page = browser.get(f"{path}/items/{old}").text

    assert "Version 1 of 2" in page
    assert "&#34;passcodeRequired&#34;: false" in page
    assert f'href="{path}/items/{new}"' in page


def test_versions_of_a_renamed_policy_stay_together(add, take, held):
    def export(name):
        return {"m.json": compliance("M"), "a.json": compliance(name, id="11aa")}

    for name in ("A", "Z"):
        add(take(export(name)))

    assert [name for name, _, _ in held()] == ["M", "Z", "A"]


def test_secret_values_are_said_to_be_lost_and_shown_nowhere(browser, path, add, take, items):
    script = {
        "@odata.type": "#microsoft.graph.deviceManagementScript",
        "displayName": "Script",
        "scriptContent": "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw==",
    }
    add(take({"s.json": script}))

    for page in (browser.get(path).text, browser.get(f"{path}/items/{items()['Script'].id}").text):
        assert "restored completely: 1 secret value is not stored" in page
        assert "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw" not in page


def test_a_verification_is_queued_and_its_findings_are_shown(browser, path, add, abc, take, worker):
    add(abc)
    take({"a.json": compliance("A"), "b.json": compliance("B", passcodeRequired=True)})

    landing = browser.get(location(browser.submit(f"{path}/verify")))
    assert "queued" in landing.text
    assert "never verified" in landing.text
    worker()

    page = browser.get(path).text
    assert "3 intact" in page
    for words in ("1 unchanged", "1 changed since", "1 gone from tenant"):
        assert words in page
    assert "never verified" not in page


def test_a_second_verification_says_that_it_is_running(browser, path, add, abc):
    add(abc)
    browser.submit(f"{path}/verify")

    landing = browser.get(location(browser.submit(f"{path}/verify")))

    assert "already running" in landing.text


def test_a_partial_run_can_be_repeated_from_the_page_of_the_set(browser, reader, path, add, abc, ids, take):
    known = ids(abc)
    without = take({"a.json": compliance("A")})
    run = add(without, policy_ids=list(known.values()))
    assert run.bucket == "partially_succeeded"

    assert "Retry failed items" in browser.get(path).text
    assert "Retry failed items" not in reader.get(path).text


def test_a_manager_takes_versions_out_and_an_operator_cannot(manager, browser, path, add, abc, items, held):
    add(abc)
    chosen = {"item": str(items()["B"].id)}
    assert "Take selected versions out" in manager.get(path).text
    assert "Take selected versions out" not in browser.get(path).text

    assert browser.submit(f"{path}/remove", chosen).status_code == 403
    assert len(held()) == 3
    answer = manager.submit(f"{path}/remove", chosen)

    assert location(answer) == path
    assert "1 version taken out" in manager.get(path).text
    assert [name for name, _, _ in held()] == ["A", "C"]


@pytest.mark.parametrize("item", ["", "abc", str(HUGE), "4711"])
def test_taking_out_nothing_or_what_is_not_there_is_refused(manager, path, add, abc, held, item):
    add(abc)

    answer = manager.submit(f"{path}/remove", {"item": item} if item else {})

    assert answer.status_code == 422
    assert "Nothing was removed." in answer.text
    assert len(held()) == 3


def test_a_manager_deletes_a_set_and_an_operator_cannot(manager, browser, path, add, abc, tenant):
    add(abc)
    assert "Delete for good" not in browser.get(path).text

    assert browser.submit(f"{path}/delete").status_code == 403
    assert rows(BackupSet) == 1
    answer = manager.submit(f"{path}/delete")

    assert location(answer) == f"/t/{tenant.slug}/backup-sets"
    assert (rows(BackupSet), rows(BackupSetItem)) == (0, 0)
    assert manager.get(path).status_code == 403


def test_a_readonly_member_looks_and_changes_nothing(reader, tenant, path, add, abc, items):
    add(abc)
    number = items()["A"].id

    for address in (f"/t/{tenant.slug}/backup-sets", path, f"{path}/items/{number}"):
        assert reader.get(address).status_code == 200
    for address in (f"/t/{tenant.slug}/backup-sets/new", f"{path}/add"):
        assert reader.get(address).status_code == 403
    for action in ("verify", "remove", "delete", "add"):
        assert reader.submit(f"{path}/{action}", {"item": number, "which": "all"}).status_code == 403
    assert reader.submit(f"/t/{tenant.slug}/backup-sets/new", {"name": "Mine"}).status_code == 403
    assert (rows(BackupSet), rows(BackupSetItem)) == (1, 3)


def test_a_set_of_another_tenant_looks_like_one_that_does_not_exist(
    manager, tenant, make_tenant, backup_set, add, abc, items
):
    add(abc)
    theirs = create_set(make_tenant(), "Theirs")
    db.session.commit()
    answers = set()

    for number in (theirs.id, 4711, HUGE):
        address = f"/t/{tenant.slug}/backup-sets/{number}"
        pages = [manager.get(address), manager.get(f"{address}/add"), manager.get(f"{address}/items/1")]
        pages += [manager.submit(f"{address}/{action}") for action in ("verify", "remove", "delete", "add")]
        assert [page.status_code for page in pages] == [403] * 7
        answers |= {page.text.partition("<main")[2] for page in pages}
    assert len(answers) == 1
    assert rows(BackupSet) == 2


def test_an_item_of_another_set_is_not_shown_in_this_one(browser, tenant, path, add, abc):
    other = create_set(tenant, "Other")
    add(abc, to=other)

    assert browser.get(f"{path}/items/1").status_code == 403
    assert browser.get(f"{path}/items/{HUGE}").status_code == 403


def test_a_stranger_sees_nothing_of_it(sign_in, make_user, make_tenant, tenant, path):
    stranger = sign_in(make_user(tenant=make_tenant()))

    for address in (f"/t/{tenant.slug}/backup-sets", path, f"{path}/add"):
        assert stranger.get(address).status_code == 403
