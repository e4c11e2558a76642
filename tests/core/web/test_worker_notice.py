"""Where something is started, it is said when no worker can take it."""

import pytest

from app.core.registry.catalog import current_catalog
from app.core.users import Role
from tests.support.asking import asking
from tests.support.databases import on_both_databases
from tests.support.registered import register
from tests.support.snapshots import compliance, import_export, write_export

NOBODY = "No worker is alive"
FORMS = {
    "probe.check": "/t/fictional/start/probe.check",
    "inventory.sync": "/t/fictional/inventory/new",
    "drift.generate": "/t/fictional/drift",
}


@pytest.fixture
def browser(sign_in, operator, offer, tenant, tmp_path):
    """An operator where every form can be seen: drift asks for two syncs first."""
    offer(lambda _run: None)
    for name in ("a", "b"):
        import_export(tenant, write_export(tmp_path / name, {f"{name}.json": compliance(name)}))
    return sign_in(operator)


@pytest.mark.parametrize("run_type", FORMS)
@on_both_databases
def test_a_form_says_when_nobody_would_take_its_run(browser, run_type):
    register(lives=False, run_types=list(FORMS))

    assert NOBODY in browser.get(FORMS[run_type]).text


@pytest.mark.parametrize("run_type", FORMS)
def test_a_form_says_when_no_living_worker_can_run_it(browser, run_type):
    register(run_types=["other.thing"])

    page = browser.get(FORMS[run_type]).text

    assert f"No live worker can run {run_type}" in page
    assert NOBODY not in page


@pytest.mark.parametrize("run_type", FORMS)
def test_a_form_says_nothing_while_a_worker_can_take_it(browser, run_type):
    register(run_types=[run_type])

    page = browser.get(FORMS[run_type]).text

    assert NOBODY not in page
    assert "No live worker" not in page


def test_the_list_of_operations_marks_those_that_nobody_can_run(browser):
    register(run_types=["probe.check"])

    page = browser.get("/t/fictional/start").text

    operations = current_catalog().operations.values()
    offered = [operation for operation in operations if Role.OPERATOR.includes(operation.role)]
    assert page.count("No live worker can run it") == len(offered) - 1
    assert NOBODY not in page


def test_the_list_of_operations_says_once_that_no_worker_lives(browser):
    page = browser.get("/t/fictional/start").text

    assert page.count(NOBODY) == 1
    assert "No live worker can run it" not in page


@pytest.mark.parametrize("path", ["/t/fictional/start", *FORMS.values()])
def test_a_page_asks_once(browser, path):
    register()
    with asking() as asked:
        browser.get(path)

    assert len([one for one in asked if "FROM workers" in one.statement]) == 1


def test_what_is_refused_still_says_it(browser):
    answer = browser.submit(FORMS["inventory.sync"], {})

    assert answer.status_code == 422
    assert NOBODY in answer.text
