"""Taking policies that findings are about into a set: all that match, in the version before or after."""

import pytest
from sqlalchemy import select, update

from app.core import BulkOperationRun, PolicyChoice, Role, db
from app.core.audit import AuditLog
from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin
from app.plugins.drift.models import Finding
from tests.support.browsing import location
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance
from tests.support.stored import rows


@pytest.fixture
def changed(take, compare):
    """Two syncs, and findings: A has changed, B is gone, X is new; answers with the runs of both syncs."""
    before = take({"a.json": compliance("A", passcodeMinimumLength=12), "b.json": compliance("B")})
    after = take({"a.json": compliance("A", passcodeMinimumLength=4), "x.json": compliance("X")})
    compare(before, after)
    return before, after


@pytest.fixture
def address(tenant):
    """The address of the page with a query: `address("severity=high")`."""

    def with_query(query=""):
        return f"/t/{tenant.slug}/backup-sets/keep?choice=findings&{query}"

    return with_query


def finding_of(name):
    found = db.session.scalars(select(Finding).where(Finding.display_name == name)).one()
    db.session.commit()
    return found


@on_both_databases
def test_the_baseline_version_of_a_finding_is_kept(
    browser, tenant, changed, address, backup_set, worker, held
):
    finding, (before, _) = finding_of("A"), changed
    shown = browser.get(f"/t/{tenant.slug}/findings/{finding.id}").text
    assert f"/backup-sets/keep?choice=findings&amp;one={finding.id}" in shown
    page = browser.get(address(f"one={finding.id}")).text
    assert "Findings: 1 policy" in page
    assert "The baseline version" in page

    landing = browser.submit(address(f"one={finding.id}"), {"set": backup_set.id, "version": "earlier"})
    assert "queued" in browser.get(location(landing)).text
    worker()

    assert held() == [("A", 1, before.id)]


def test_every_policy_that_matches_is_kept_as_it_is_now(browser, changed, address, backup_set, worker, held):
    _, after = changed

    browser.submit(address("change=modified"), {"set": backup_set.id, "version": "latest"})
    worker()

    assert held() == [("A", 1, after.id)]


def test_what_cannot_be_kept_in_that_version_is_said(browser, changed, address, backup_set, worker, held):
    before, _ = changed

    browser.submit(address(), {"set": backup_set.id, "version": "earlier"})
    worker()

    run = db.session.scalars(select(BulkOperationRun).order_by(BulkOperationRun.id.desc())).first()
    assert (run.bucket, run.failure_totals) == ("partially_succeeded", {"not_found": 1})
    assert [name for name, _, _ in held()] == ["A", "B"]
    assert before.id == held()[0][2]


def test_findings_of_several_baselines_are_kept_each_in_its_own(
    browser, changed, address, backup_set, worker, held, take
):
    before, after = changed
    db.session.execute(update(Finding).where(Finding.display_name == "X").values(baseline_run_id=after.id))
    db.session.commit()

    browser.submit(address(), {"set": backup_set.id, "version": "earlier"})
    worker()

    assert {(name, sync) for name, _, sync in held()} == {("A", before.id), ("B", before.id), ("X", after.id)}


def test_the_list_of_findings_passes_its_filter_on_and_nothing_else(browser, tenant, changed):
    shown = browser.get(
        f"/t/{tenant.slug}/findings?change=removed&tenant=other&_external=1&_scheme=javascript"
    ).text

    assert f"/t/{tenant.slug}/backup-sets/keep?choice=findings&amp;change=removed&amp;tenant=other" in shown
    assert "javascript:" not in shown


@pytest.mark.parametrize(
    ("query", "sent", "said"),
    [
        ("", {}, "Choose a backup set."),
        ("", {"set": "abc"}, "Choose a backup set."),
        ("change=recreated", {"set": "1"}, "There is no policy to keep."),
    ],
)
def test_what_cannot_be_started_is_refused_and_says_why(
    browser, changed, address, backup_set, query, sent, said
):
    before = rows(BulkOperationRun)
    sent = {"set": backup_set.id} if sent.get("set") == "1" else sent

    answer = browser.submit(address(query), sent)

    assert answer.status_code == 422
    assert said in answer.text
    assert rows(BulkOperationRun) == before


@pytest.mark.parametrize("query", ["severity=purple", "one=abc", "one=4711"])
def test_a_query_that_cannot_be_one_names_it(browser, changed, address, query):
    answer = browser.get(address(query))

    assert answer.status_code == 400


def test_a_choice_that_no_plugin_offers_is_refused(browser, tenant):
    assert browser.get(f"/t/{tenant.slug}/backup-sets/keep?choice=nothing").status_code == 400


def test_another_tenants_set_or_finding_is_refused_alike(
    browser, changed, address, make_tenant, tenant, backup_set, sign_in
):
    other = make_tenant()
    foreign = address().replace(f"/t/{tenant.slug}/", f"/t/{other.slug}/")
    before = rows(BulkOperationRun)

    assert browser.get(foreign).status_code == 403
    assert browser.submit(address(), {"set": 4711}).status_code == 403
    db.session.execute(update(Finding).values(tenant_id=other.id))
    db.session.commit()
    assert "No policy to keep" in browser.get(address()).text
    assert rows(BulkOperationRun) == before


def test_a_policy_that_is_not_the_tenants_any_more_is_audited(
    browser, changed, address, backup_set, operator, of_another_tenant
):
    _, theirs = of_another_tenant
    db.session.execute(update(Finding).values(policy_id=theirs))
    db.session.commit()

    assert browser.submit(address(), {"set": backup_set.id}).status_code == 403
    entry = db.session.scalars(select(AuditLog).where(AuditLog.action == "backup_set.adding_refused")).one()
    assert (entry.actor, entry.subject) == (operator.email, f"backup_set:{backup_set.id}")


def test_who_may_only_look_is_offered_nothing(sign_in, make_user, tenant, changed, address):
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    assert reader.get(address()).status_code == 403
    assert "/backup-sets/keep" not in reader.get(f"/t/{tenant.slug}/findings").text
    assert "/backup-sets/keep" not in reader.get(f"/t/{tenant.slug}/findings/{finding_of('A').id}").text


def test_without_a_set_the_page_leads_to_making_one(browser, changed, address):
    page = browser.get(address()).text

    assert "No backup sets yet" in page
    assert "New backup set" in page


@pytest.mark.parametrize("plugins_disabled", [("backup_sets",)])
def test_without_backup_sets_findings_offer_nothing(make_app, changed, tenant, operator, plugins_disabled):
    other = make_app(plugins_disabled=plugins_disabled)
    with other.app_context():
        browser = other.test_client()
        browser.sign_in(operator)

        page = browser.get(f"/t/{tenant.slug}/findings")

    assert page.status_code == 200
    assert "Keep these policies" not in page.text


def test_a_choice_that_cannot_be_asked_is_refused_with_a_sentence():
    wrong = PolicyChoice(key="oaks", label="Oaks", choose=None)

    with pytest.raises(PluginError, match="`choose` cannot be called"):
        Catalog().add(Plugin(name="oaks", version="1.0.0", policy_choices=(wrong,)))
