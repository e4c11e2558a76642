"""Held groups on the page of findings: seen by all, confirmed by operators, dismissed by managers."""

import pytest
from sqlalchemy import select

from app.core import db
from app.core.audit import AuditLog
from app.core.users import Role
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState
from tests.support.snapshots import compliance

NAMES = [f"P{number:02}" for number in range(20)]


@pytest.fixture
def group(take, compare, tenant):
    """The group of a comparison in which fifteen of twenty policies are gone."""
    first = take({f"{name}.json": compliance(name) for name in NAMES})
    compare(first, take({f"{name}.json": compliance(name) for name in NAMES[:5]}))
    (found,) = held_groups(tenant, HoldState.OPEN)
    return found


@pytest.fixture
def findings_page(tenant):
    return f"/t/{tenant.slug}/findings"


def test_a_group_is_shown_once_and_opened(browser, group, findings_page):
    page = browser.get(findings_page).text
    opened = browser.get(f"{findings_page}?hold={group.hold.id}").text

    assert page.count("15 of 20 policies are gone at once") >= 1
    assert ">P19</a>" not in page
    assert ">P19</a>" in opened


def test_an_operator_confirms_and_its_findings_are_listed(browser, group, findings_page, tenant):
    answer = browser.submit(f"{findings_page}/holds/{group.hold.id}", {"do": "confirm", "reason": "Yes."})

    assert answer.status_code == 302
    assert ">P19</a>" in browser.get(findings_page).text
    assert held_groups(tenant, HoldState.OPEN) == []


def test_an_operator_does_not_dismiss_and_a_manager_does(
    browser, group, findings_page, tenant, sign_in, make_user
):
    address = f"{findings_page}/holds/{group.hold.id}"
    assert browser.submit(address, {"do": "dismiss"}).status_code == 403
    assert len(held_groups(tenant, HoldState.OPEN)) == 1
    manager = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    assert manager.submit(address, {"do": "dismiss"}).status_code == 302

    assert len(held_groups(tenant, HoldState.DISMISSED)) == 1
    assert db.session.scalars(select(AuditLog).where(AuditLog.action == "finding_hold.refused")).one()


@pytest.mark.parametrize("number", ["0", "999999", "99999999999"])
def test_a_group_that_is_not_here_is_refused(browser, group, findings_page, number):
    assert browser.submit(f"{findings_page}/holds/{number}", {"do": "confirm"}).status_code == 403
    assert browser.submit(f"{findings_page}/holds/{group.hold.id}", {"do": "melt"}).status_code == 400


def test_readonly_looks_and_decides_nothing(group, findings_page, sign_in, make_user, tenant):
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    assert "15 of 20 policies" in reader.get(findings_page).text
    assert reader.submit(f"{findings_page}/holds/{group.hold.id}", {"do": "confirm"}).status_code == 403


def test_the_command_line_lists_and_decides(group, tenant, flask_cli):
    listed = flask_cli("findings", "holds", "list", tenant.slug)
    confirmed = flask_cli("findings", "holds", "confirm", tenant.slug, str(group.hold.id), "--reason", "Yes.")

    assert "15 of 20 policies are gone" in listed.stdout
    assert confirmed.exit_code == 0
    assert flask_cli("findings", "holds", "dismiss", tenant.slug, str(group.hold.id)).exit_code == 2
