"""Findings of another plugin: written, filtered and shown like drift, and what is left without the plugin."""

import json

import pytest
from sqlalchemy import select

from app.core import current_catalog, db
from app.core.registry.catalog import EXTENSION
from app.core.registry.extensions import FindingType
from app.plugins.drift.models import Finding
from app.plugins.inventory.models import InventoryPolicy
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, run_now

LICENSES = """
from pydantic import BaseModel
from app.core import FindingType, InvalidInputError, OperationType, Plugin, RunFailedError
from app.plugins.drift import FindingFact, NewFinding, Severity, record_findings

class Params(BaseModel):
    names: list[str] = []
    finding_type: str = "license_unused"
    policy_id: str | None = None
    fact: object = "12"
    seats: int = 7

def look(run):
    found = (
        NewFinding(
            subject_type="license", subject_id=name, name=f"License {name}", severity=Severity.HIGH,
            rule="license.unused", reason="Nobody uses it, token=abcdef123456.",
            facts=(FindingFact("seats", 9, run.params.seats), FindingFact("owner", after=run.params.fact),
                   FindingFact("site", before="north"), FindingFact("secret", after="password=hunter2")),
            policy_id=run.params.policy_id,
        )
        for name in run.params.names
    )
    try:
        told = record_findings(run, run.params.finding_type, found)
    except InvalidInputError as error:
        raise RunFailedError("refused", str(error)) from None
    run.summarize(told=told)

unused = FindingType(key="license_unused", label="Unused license", description="It costs and serves nobody.")
plugin = Plugin(
    name="licenses", version="1", requires=("drift",), finding_types=(unused,),
    operations=(OperationType(run_type="licenses.look", label="Look", params=Params, execute=look),),
)
"""


@pytest.fixture(autouse=True)
def _licenses(drop_in):
    drop_in("licenses", LICENSES)


@pytest.fixture
def look(app, tenant):
    def run(*names, of=None, **params):
        return run_now(of or tenant, "licenses.look", {"names": list(names), **params})

    return run


def stored(tenant):
    query = select(Finding).where(Finding.tenant_id == tenant.id).order_by(Finding.subject_external_id)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    db.session.commit()
    return rows


@on_both_databases
def test_findings_of_another_plugin_are_stored_like_drift(look, tenant, make_tenant):
    run = look("A1", "B2")
    look("A1", of=make_tenant())

    first, second = stored(tenant)
    assert (run.status, run.summary) == ("completed", {"told": 2})
    assert (first.finding_type, first.change_kind, first.severity) == ("license_unused", "observed", "high")
    assert (first.subject_type, first.subject_external_id) == ("license", "A1")
    assert first.display_name == "License A1"
    assert first.operation_run_id == second.operation_run_id == run.id
    assert first.fingerprint != second.fingerprint
    told = [tuple(entry.values()) for entry in first.evidence["entries"]]
    assert told == [
        ("/seats", "changed", "9", "7"),
        ("/owner", "added", None, "12"),
        ("/site", "removed", "north", None),
        ("/secret", "added", None, "[hidden]"),
    ]
    assert "abcdef123456" not in first.severity_reason


@on_both_databases
def test_found_again_a_finding_is_the_same_one_brought_up_to_date(look, tenant):
    look("A1", seats=7)
    (before,) = stored(tenant)
    seen = (before.id, before.fingerprint, before.created_at)

    run = look("A1", seats=5)

    (after,) = stored(tenant)
    assert (after.id, after.fingerprint, after.created_at) == seen
    assert after.operation_run_id == run.id
    assert after.evidence["entries"][0]["after"] == "5"


def test_more_than_one_chunk_is_stored_whole(look, tenant):
    names = [f"{number:03}" for number in range(450)]

    run = look(*names)

    assert run.summary == {"told": 450}
    assert [finding.subject_external_id for finding in stored(tenant)] == names


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"finding_type": "drift"}, "the plugin 'licenses' declares no finding type 'drift'"),
        ({"finding_type": "imaginary"}, "the plugin 'licenses' declares no finding type 'imaginary'"),
        ({"policy_id": "0" * 32}, "has no policy '000"),
        ({"fact": [1]}, "the fact 'owner' is neither text, number, nor yes or no"),
        ({"names": [""]}, "needs a subject_type, a subject_id and a rule"),
    ],
)
def test_what_is_not_the_plugins_or_not_the_tenants_is_refused(look, tenant, params, words):
    run = look(**({"names": ["A1"]} | params))

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "refused")
    assert words in run.failures[0]["reason"]
    assert stored(tenant) == []


def test_a_policy_of_another_tenant_is_no_policy_of_this_one(look, tenant, make_tenant, take):
    take({"a.json": compliance("A")}, of=make_tenant())
    strange = db.session.scalars(select(InventoryPolicy.id)).one()
    db.session.commit()

    run = look("A1", policy_id=strange)

    assert run.status == "failed"
    assert stored(tenant) == []


def test_the_list_filters_by_finding_type_and_shows_what_it_is(browser, tenant, look, take, compare):
    compare(take({"a.json": compliance("Anchor")}), take({"a.json": compliance("Anchor", x=1)}))
    look("A1")
    url = f"/t/{tenant.slug}/findings"

    def names(query):
        page = browser.get(f"{url}{query}").text
        return {name for name in ("Anchor", "License A1") if f">{name}</a>" in page}

    assert names("") == {"Anchor", "License A1"}
    assert names("?finding=license_unused") == {"License A1"}
    assert names("?finding=drift") == {"Anchor"}
    assert names("?finding=imaginary") == set()
    assert "Unused license" in browser.get(url).text
    assert browser.get(f"{url}?finding=no+type!").status_code == 400


def test_the_list_asks_for_no_finding_type_while_there_is_one(browser, tenant, take, compare):
    compare(take({"a.json": compliance("Anchor")}), take({"a.json": compliance("Anchor", x=1)}))

    assert "All finding types" not in browser.get(f"/t/{tenant.slug}/findings").text


def test_the_page_of_a_finding_tells_type_reason_and_facts(browser, tenant, look):
    look("A1")
    (finding,) = stored(tenant)

    page = browser.get(f"/t/{tenant.slug}/findings/{finding.id}").text

    for shown in (
        "Unused license",
        "It costs and serves nobody.",
        "Nobody uses it",
        "seats",
        "Observed",
        "License A1",
    ):
        assert shown in page, shown
    assert "hunter2" not in page


def test_the_command_line_tells_the_finding_type(flask_cli, tenant, look):
    look("A1")

    (row,) = json.loads(flask_cli("findings", "list", tenant.slug, "--json").stdout)

    assert (row["finding_type"], row["change_kind"]) == ("license_unused", "observed")


def test_without_the_plugin_its_findings_are_shown_with_their_key(tenant, operator, look, make_app):
    look("A1")
    (finding,) = stored(tenant)
    without = make_app(plugins_disabled={"licenses"})
    assert "licenses" not in without.extensions[EXTENSION].plugins
    browser = without.test_client()
    browser.sign_in(operator)

    listed = browser.get(f"/t/{tenant.slug}/findings?finding=license_unused")
    shown = browser.get(f"/t/{tenant.slug}/findings/{finding.id}")

    assert listed.status_code == shown.status_code == 200
    assert "License A1" in listed.text
    assert "license_unused" in listed.text
    assert "license_unused" in shown.text
    assert "seats" in shown.text


def test_the_finding_type_of_the_product_is_declared_like_any_other(app):
    found = current_catalog().declared(FindingType)

    assert {key: one.plugin for key, one in found.items()} == {"drift": "drift", "license_unused": "licenses"}
