"""All tenants of a member, worst first."""

import re

import pytest

from app.core.registry.catalog import EXTENSION
from app.core.registry.contract import Plugin
from app.core.registry.extensions import CardFact, OverviewCard
from app.core.runs.status import RunStatus
from app.core.users import Role, set_membership
from app.core.web import all_tenants
from tests.support.asking import asking
from tests.support.databases import on_both_databases

ROW = re.compile(r'<th scope="row">\s*<a href="/t/([a-z0-9-]+)/">')


@pytest.fixture
def member(make_user):
    return make_user()


@pytest.fixture
def join(member, make_tenant):
    """Make a tenant of which the member is one: `join("acme", "Acme Ltd")`."""

    def enter(slug, name=None):
        tenant = make_tenant(slug, name)
        set_membership(member, tenant, Role.READONLY)
        return tenant

    return enter


@pytest.fixture
def browser(sign_in, member):
    return sign_in(member)


@pytest.fixture
def offer_glance(app):
    """Let the application offer a card with a column: `offer_glance(glance)`."""

    def offer(glance, key="tides"):
        card = OverviewCard(key=key, label=key.capitalize(), facts=lambda _tenant: [], glance=glance)
        app.extensions[EXTENSION].add(Plugin(name=f"of_{key}", version="1.0.0", overview_cards=(card,)))

    return offer


def rows(browser, query=""):
    answer = browser.get(f"/{query}")
    assert answer.status_code == 200, answer.text
    return ROW.findall(answer.text)


@on_both_databases
def test_the_tenant_in_which_most_failed_stands_first_and_leads_to_its_runs(browser, join, make_run):
    calm, bad, worst = join("calm"), join("bad"), join("worst")
    make_run(RunStatus.COMPLETED, tenant=calm, succeeded=1)
    make_run(RunStatus.FAILED, tenant=bad)
    for _ in range(2):
        make_run(RunStatus.FAILED, tenant=worst)

    assert rows(browser) == ["worst", "bad", "calm"]
    page = browser.get("/").text
    assert 'href="/t/worst/monitoring/operations?bucket=failed&amp;range=7d"' in page
    assert "You are readonly" in page


def test_runs_that_wait_for_no_worker_are_bad(browser, join, make_run):
    join("calm")
    make_run(tenant=join("waiting"))

    assert rows(browser) == ["waiting", "calm"]
    assert "queued, and no worker is alive" in browser.get("/").text


def test_bad_comes_before_any_warning_and_more_before_less(browser, join, offer_glance):
    said = {
        "a-fine": [CardFact(900, "of nothing", "good")],
        "b-warned": [CardFact(900, "warned", "warn")],
        "c-bad": [CardFact(1, "bad", "bad")],
        "d-worse": [CardFact(1, "bad", "bad"), CardFact("Failed", "last", "bad")],
        "e-bad-and-warned": [CardFact(1, "bad", "bad"), CardFact(1, "warned", "warn")],
        "f-bad-often": [CardFact(1_000, "bad", "bad")],
        "g-fine": [],
    }
    for slug in said:
        join(slug)
    offer_glance(lambda tenants: {tenant.id: said[tenant.slug] for tenant in tenants})

    assert rows(browser) == [
        *("d-worse", "f-bad-often", "e-bad-and-warned", "c-bad", "b-warned", "a-fine", "g-fine"),
    ]


def test_nobody_sees_a_tenant_of_others(browser, join, make_tenant, make_run):
    join("one")
    join("two")
    make_run(RunStatus.FAILED, tenant=make_tenant("foreign", "Foreign Ltd"))

    page = browser.get("/?q=foreign").text

    assert set(rows(browser)) == {"one", "two"}
    assert "No tenant matches" in page
    assert "Foreign Ltd" not in page


@on_both_databases
def test_as_many_queries_for_many_tenants_as_for_two(browser, join, make_run):
    for name in ("one", "two"):
        make_run(RunStatus.FAILED, tenant=join(name))
    with asking() as asked_of_two:
        rows(browser)
    for name in ("three", "four", "five", "six"):
        make_run(RunStatus.FAILED, tenant=join(name))
    with asking() as asked:
        assert len(rows(browser)) == 6

    assert len(asked) == len(asked_of_two)


def test_names_and_slugs_are_filtered_and_the_filter_stays_on_every_page(browser, join, monkeypatch):
    monkeypatch.setattr(all_tenants, "ROWS", 2)
    for number in range(1, 4):
        join(f"quay-{number}", f"Quay {number}")
    join("shore", "Shore Ltd")

    assert rows(browser, "?q=QUAY") == ["quay-1", "quay-2"]
    assert rows(browser, "?q=quay&page=2") == rows(browser, "?q=quay&page=99") == ["quay-3"]
    assert rows(browser, "?q=shore%20l") == ["shore"]
    first, last = browser.get("/?q=quay").text, browser.get("/?q=quay&page=2").text
    assert 'href="/?q=quay&amp;page=2"' in first
    assert "1-2 of 3" in first
    assert 'href="/?q=quay&amp;page=1"' in last
    assert "3-3 of 3" in last


@pytest.mark.parametrize("page", ["0", "-1", "two", "", "%C2%B2"])
def test_a_page_that_is_no_number_is_named(browser, join, page):
    join("one")
    join("two")

    answer = browser.get(f"/?page={page}")

    assert answer.status_code == 400
    assert "page:" in answer.text


def raises(_tenants):
    raise LookupError("password=hunter2")


@pytest.mark.parametrize(
    "broken", [raises, lambda _tenants: None, lambda tenants: {tenants[0].id: ["1 wave"]}]
)
def test_a_column_that_fails_is_not_available_and_costs_nothing_else(browser, join, offer_glance, broken):
    join("one")
    join("two")
    offer_glance(broken)
    offer_glance(lambda tenants: {tenant.id: [CardFact(7, "stars")] for tenant in tenants}, key="stars")

    page = browser.get("/").text

    assert "The plugin of_tides could not say anything" in page
    assert page.count("Not available") == 2
    assert page.count("<span>stars</span>") == 2
    assert "hunter2" not in page


def test_a_card_without_a_glance_has_no_column_and_facts_are_cut(app, browser, join, offer_glance):
    join("one")
    join("two")
    card = OverviewCard(key="plain", label="Plain card", facts=lambda _tenant: [])
    app.extensions[EXTENSION].add(Plugin(name="plain", version="1.0.0", overview_cards=(card,)))
    offer_glance(lambda tenants: {tenants[0].id: [CardFact(n, "wave of many") for n in range(9)]})

    page = browser.get("/").text

    assert "Plain card" not in page
    assert page.count("wave of many") == 3
