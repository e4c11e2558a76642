"""Retry buttons stand on the pages of artefacts, and only for those who may."""

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.users import Role


@pytest.fixture
def failed(app, tenant, offer, make_run):
    """A probe run that failed in part; the probe declares its items."""
    offer(lambda _run: None, items=lambda _tenant, _params: ["item-1", "item-2"])
    return make_run(RunStatus.COMPLETED, succeeded=1, failed=1)


def url_of(run, slug="fictional"):
    return f"/t/{slug}/runs/{run.id}/retry"


def runs():
    return db.session.scalar(select(func.count()).select_from(BulkOperationRun))


def test_failed_items_are_repeated_and_the_new_run_is_shown(failed, sign_in, operator):
    answer = sign_in(operator).submit(url_of(failed), {"items": "failed"})

    again = db.session.scalars(select(BulkOperationRun).order_by(BulkOperationRun.id.desc())).first()
    assert answer.status_code == 302
    assert answer.location.endswith(f"/monitoring/operations/{again.id}")
    assert (again.retry_of_id, again.item_ids) == (failed.id, ["item-2"])


@pytest.mark.parametrize("role", [Role.READONLY])
def test_a_role_that_may_not_start_may_not_repeat(failed, sign_in, make_user, tenant, role):
    answer = sign_in(make_user(tenant=tenant, role=role)).post(url_of(failed))

    assert answer.status_code in {400, 403}
    assert runs() == 1


def test_a_run_of_another_tenant_and_one_that_is_not_there_answer_alike(
    failed, sign_in, make_user, make_tenant
):
    other = make_tenant("elsewhere")
    browser = sign_in(make_user(tenant=other))

    for run_id in (failed.id, 4711):
        answer = browser.submit(f"/t/elsewhere/runs/{run_id}/retry", {"items": "all"})
        assert answer.status_code == 403
    assert runs() == 1


def test_another_choice_of_items_is_named(failed, sign_in, operator):
    answer = sign_in(operator).submit(url_of(failed), {"items": "some"})

    assert answer.status_code == 400
    assert "items: &#39;some&#39; is none of all, failed" in answer.text


def test_a_form_without_its_token_is_refused(failed, sign_in, operator):
    assert sign_in(operator).post(url_of(failed), data={"items": "all"}).status_code == 400
    assert runs() == 1


def test_the_hub_offers_nothing(failed, sign_in, operator):
    page = sign_in(operator).get(f"/t/fictional/monitoring/operations/{failed.id}").text

    assert "/retry" not in page
    assert "Retry" not in page
