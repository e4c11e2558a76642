"""The cards on a tenant's start page: one that fails costs itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.core.registry.contract import Plugin
from app.core.registry.extensions import CardFact, OverviewCard
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant
from tests.support.databases import on_both_databases
from tests.support.records import begin, new_run


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def offer_card(app):
    """Let the application offer a card: `offer_card(facts)`."""

    def offer(facts, plugin="lookout", key="tides"):
        card = OverviewCard(key=key, label=key.capitalize(), facts=facts)
        app.extensions[EXTENSION].add(Plugin(name=plugin, version="1.0.0", overview_cards=(card,)))

    return offer


def home(browser):
    answer = browser.get("/t/fictional/")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_card_shows_its_facts_about_the_tenant(browser, offer_card):
    offer_card(lambda tenant: [CardFact(1234, f"waves at {tenant.slug}", "good", f"/t/{tenant.slug}/start")])

    page = home(browser)

    assert "Tides" in page
    assert "1,234" in page
    assert '<a href="/t/fictional/start">waves at fictional</a>' in page


def test_a_card_without_facts_says_so(browser, offer_card):
    offer_card(lambda _tenant: [])

    assert "Nothing to say yet." in home(browser)


def test_markup_in_a_fact_stays_text_and_a_token_does_not(browser, offer_card):
    offer_card(lambda _tenant: [CardFact("<b>1</b>", "password=hunter2")])

    page = home(browser)

    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "hunter2" not in page


def raises(_tenant):
    raise LookupError("password=hunter2")


def exits(_tenant):
    raise SystemExit(3)


def halfway(_tenant):
    yield CardFact(1, "before it broke")
    raise LookupError("password=hunter2")


def writes(_tenant):
    db.session.add(Tenant(slug="planted", name="Planted"))
    return [CardFact(1)]


def breaks_the_transaction(_tenant):
    db.session.execute(text("SELECT nothing FROM nowhere"))


BROKEN = {
    "raises": raises,
    "exits": exits,
    "raises halfway": halfway,
    "writes": writes,
    "breaks the transaction": breaks_the_transaction,
    "leads away": lambda _tenant: [CardFact(1, url="https://example.com/")],
    "has an unknown tone": lambda _tenant: [CardFact(1, tone="loud")],
    "answers nothing": lambda _tenant: None,
    "answers no facts": lambda _tenant: ["1 wave"],
}


@on_both_databases
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_card_that_fails_is_not_available_and_costs_nothing_else(browser, offer_card, caplog, broken):
    offer_card(broken)
    offer_card(lambda _tenant: [CardFact(7, "stars")], plugin="astronomer", key="stars")

    page = home(browser)

    assert "Not available" in page
    assert "The plugin lookout could not say it." in page
    assert "before it broke" not in page
    assert "hunter2" not in page
    assert "stars" in page
    assert "Latest runs" in page
    assert "plugin lookout failed at cards in tides" in caplog.text
    assert db.session.query(Tenant).filter_by(slug="planted").count() == 0


def test_a_fact_says_how_old_it_is(browser, offer_card):
    offer_card(lambda _tenant: [CardFact("High", "water", at=clock.now() - timedelta(hours=5))])

    assert "5 hours ago</time>" in home(browser)


def test_a_moment_without_a_zone_breaks_its_card(browser, offer_card):
    offer_card(lambda _tenant: [CardFact("High", at=datetime(2026, 3, 1))])  # noqa: DTZ001 - that is the point

    assert "Not available" in home(browser)


@on_both_databases
def test_core_says_what_runs_and_failed_and_that_nobody_works(browser, tenant, make_run):
    make_run(RunStatus.FAILED)
    make_run(RunStatus.RUNNING)
    begin(tenant, new_run())

    page = home(browser)

    assert 'href="/t/fictional/monitoring/operations?bucket=failed&amp;range=7d">failed in 7 days</a>' in page
    assert "queued, and no worker is alive" in page


def test_the_last_days_are_drawn_said_and_listed(browser, make_run):
    make_run(RunStatus.COMPLETED, succeeded=1)
    make_run(RunStatus.FAILED)

    page = home(browser)

    assert 'role="img" aria-labelledby="trend-title trend-said"' in page
    assert "2 runs of 30 days have ended: 1 succeeded, 1 failed; the most on" in page
    assert page.count('<th scope="row" class="short">') == 30
    assert 'style="' not in page


def test_a_tenant_without_runs_has_no_chart(browser):
    page = home(browser)

    assert "No run has ended in the last 30 days." in page
    assert "trend__bars" not in page


def test_facts_without_end_are_cut(browser, offer_card):
    def endless(_tenant):
        while True:
            yield CardFact(1, "wave of many")

    offer_card(endless)

    assert home(browser).count("wave of many") == 8
