"""Who may ask: a token, in its own tenant, with the role its maker holds at this moment."""

from datetime import timedelta

import pytest
import time_machine

from app.core import clock
from app.core.db import db
from app.core.runs.new_run import Initiator
from app.core.tokens import revoke_token
from app.core.users import Membership, Role
from tests.api.conftest import ROOT


def test_a_token_reads_the_runs_of_its_tenant(api, make_run, tenant):
    run = make_run(tenant=tenant)

    answer = api.get(f"{ROOT}/runs")

    assert answer.status_code == 200
    assert [found["id"] for found in answer.json["runs"]] == [run.id]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("header", [None, "Bearer ta_nobody"])
def test_without_a_token_that_is_taken_the_answer_is_401(client, tenant, header):
    answer = client.get(f"{ROOT}/runs", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert ("invalid_token" in answer.headers["WWW-Authenticate"]) is (header is not None)


def test_nothing_but_a_bearer_token_is_looked_at(client, issue, tenant):
    secret = issue(tenant).secret

    for header in ("", "Bearer", "Bearer  ", f"Basic {secret}", secret, f"Bearer {secret}x"):
        assert client.get(f"{ROOT}/runs", headers={"Authorization": header}).status_code == 401
    assert client.get(f"{ROOT}/runs", query_string={"token": secret}).status_code == 401
    assert client.get(f"{ROOT}/runs", headers={"Authorization": f"bearer {secret}"}).status_code == 200


def test_a_session_opens_nothing(sign_in, operator):
    assert sign_in(operator).get(f"{ROOT}/runs").status_code == 401


def test_a_token_that_expired_or_was_revoked_is_taken_no_more(program, issue, tenant):
    issued, revoked = issue(tenant, days=1), issue(tenant)
    revoke_token(tenant, revoked.token.id, Initiator())

    assert program(issued).get(f"{ROOT}/runs").status_code == 200
    assert program(revoked).get(f"{ROOT}/runs").status_code == 401
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert program(issued).get(f"{ROOT}/runs").status_code == 401


def test_another_tenant_an_unknown_one_and_an_unknown_run_are_refused_alike(api, make_tenant, make_run):
    foreign = make_run(tenant=make_tenant("elsewhere", "Elsewhere Ltd"))
    paths = [
        "/api/v1/tenants/elsewhere/runs",
        "/api/v1/tenants/no-such-tenant/runs",
        f"/api/v1/tenants/elsewhere/runs/{foreign.id}",
        f"{ROOT}/runs/{foreign.id}",
        f"{ROOT}/runs/{foreign.id}/items",
        f"{ROOT}/runs/4711",
        f"{ROOT}/runs/{10**30}",
    ]

    answers = [api.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [403] * len(paths)
    assert len({answer.json["detail"] for answer in answers}) <= 2


def test_a_maker_who_is_no_member_any_more_is_refused(program, issue, tenant):
    issued = issue(tenant)
    db.session.query(Membership).filter_by(user_id=issued.token.user_id).delete()
    db.session.commit()

    assert program(issued).get(f"{ROOT}/runs").status_code == 403


def test_a_token_can_do_what_scope_and_role_both_allow(program, issue, tenant, offer):
    offer(lambda _run: None)
    path = f"{ROOT}/operations/probe.check/runs"

    statuses = [
        program(issue(tenant, scope, role)).post(path, json={}).status_code
        for scope, role in [("read", Role.OWNER), ("start", Role.READONLY), ("start", Role.OPERATOR)]
    ]

    assert statuses == [403, 403, 202]
