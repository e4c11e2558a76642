"""`flask sample load`, and the first runs of the sample tenant."""

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.tenants import Tenant, all_tenants, find_tenant
from app.core.users import Role, User, authenticate, find_user, membership_of
from app.plugins.inventory.exports import choices_of
from app.sample import load, sign_in_notice, take_snapshots
from app.sample.load import EMAIL, PASSWORD, SLUG


@pytest.fixture
def loaded(flask_cli):
    answer = flask_cli("sample", "load", "--if-empty")
    assert answer.exit_code == 0, answer.output
    return answer


@pytest.fixture
def inline(monkeypatch):
    """The worker's part is done in this process, so that a test needs no second one."""
    real = load.start_and_wait

    def start_here(*args, **kwargs):
        return real(*args, **{**kwargs, "inline": True})

    monkeypatch.setattr(load, "start_and_wait", start_here)


def runs_of(tenant):
    query = select(BulkOperationRun.resource, BulkOperationRun.status).where(
        BulkOperationRun.tenant_id == tenant.id
    )
    found = [tuple(row) for row in db.session.execute(query.order_by(BulkOperationRun.id))]
    db.session.rollback()
    return found


def test_an_empty_database_gets_the_tenant_and_someone_who_can_sign_in(loaded):
    tenant, user = find_tenant(SLUG), authenticate(EMAIL, PASSWORD)

    assert tenant is not None
    assert user is not None
    assert membership_of(user.id, tenant.id).role == Role.OWNER
    assert sign_in_notice() == [f"Sample sign-in: {EMAIL} / {PASSWORD}"]


def test_both_exports_can_be_chosen_again_by_clicking(loaded):
    assert choices_of(find_tenant(SLUG)) == ["2026-10-05", "2026-11-02"]


def test_loading_twice_changes_nothing(flask_cli, loaded):
    again = flask_cli("sample", "load", "--if-empty")

    assert (again.exit_code, again.output) == (0, "")
    assert [db.session.scalar(select(func.count()).select_from(model)) for model in (Tenant, User)] == [1, 1]


def test_loading_on_purpose_beside_the_loaded_sample_is_harmless(flask_cli, loaded):
    again = flask_cli("sample", "load")

    assert again.exit_code == 0
    assert [tenant.slug for tenant in all_tenants()] == [SLUG]


def test_a_database_with_another_tenant_is_left_alone(flask_cli, tenant):
    answer = flask_cli("sample", "load", "--if-empty")

    assert (answer.exit_code, answer.output) == (0, "")
    assert [found.slug for found in all_tenants()] == [tenant.slug]
    assert find_user(EMAIL) is None
    assert sign_in_notice() == []


def test_without_the_sample_tenant_no_run_is_started(app, tenant, inline):
    take_snapshots()

    assert runs_of(tenant) == []


def test_the_first_start_takes_two_snapshots_and_finds_the_drift(loaded, inline):
    take_snapshots()

    assert runs_of(find_tenant(SLUG)) == [
        ("inventory", "completed"),
        ("inventory", "completed"),
        ("drift", "completed"),
    ]


def test_the_next_start_takes_none(loaded, inline):
    take_snapshots()
    take_snapshots()

    assert len(runs_of(find_tenant(SLUG))) == 3


def test_a_start_that_was_cut_short_is_continued(flask_cli, loaded, inline):
    first = min(load.EXPORTS.iterdir())
    flask_cli("inventory", "import", SLUG, first, "--inline")
    assert runs_of(find_tenant(SLUG)) == [("inventory", "completed")]

    take_snapshots()

    assert [resource for resource, _ in runs_of(find_tenant(SLUG))] == ["inventory", "inventory", "drift"]


def test_without_a_plugin_that_compares_the_snapshots_are_taken_all_the_same(make_app, inline):
    app = make_app(plugins_disabled=("drift",))
    with app.app_context():
        app.test_cli_runner().invoke("sample", "load")
        take_snapshots()

        assert runs_of(find_tenant(SLUG)) == [("inventory", "completed"), ("inventory", "completed")]


def test_without_the_plugins_nothing_is_started_and_nothing_breaks(make_app):
    app = make_app(safe_mode=True)
    with app.app_context():
        app.test_cli_runner().invoke("sample", "load")
        take_snapshots()

        assert runs_of(find_tenant(SLUG)) == []
