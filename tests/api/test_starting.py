"""Starting by the API: once a key, with the checks of every other start."""

from datetime import timedelta

import pytest
import time_machine
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.registry.catalog import EXTENSION
from app.core.runs.models import BulkOperationRun
from app.core.users import Role
from tests.api.conftest import ROOT
from tests.support.databases import on_both_databases

PATH = f"{ROOT}/operations/probe.check/runs"


class ProbeParams(BaseModel):
    depth: int = Field(default=1, ge=1, le=9)
    name: str = Field(default="north", description="Which side.")


@pytest.fixture(autouse=True)
def _probe(offer):
    offer(lambda _run: None, params=ProbeParams)


def count():
    return db.session.scalar(select(func.count()).select_from(BulkOperationRun))


def started(answer):
    assert answer.status_code == 202, answer.text
    return answer.json["id"]


def test_a_start_answers_with_the_run_and_where_it_is(api, worker):
    answer = api.post(PATH, json={"params": {"depth": 3}})

    assert answer.status_code == 202
    assert answer.json["status_bucket"] == "queued"
    assert answer.json["inputs"] == {"depth": 3, "name": "north"}
    worker()
    assert api.get(answer.location).json["status_bucket"] == "succeeded"
    assert db.session.scalars(select(AuditLog.action)).all().count("run.started") == 1


def test_operations_are_those_that_the_token_may_start(program, issue, tenant, offer):
    offer(lambda _run: None, run_type="rule.change", plugin="rules", role=Role.MANAGER)

    def offered(*token):
        answer = program(issue(tenant, *token)).get(f"{ROOT}/operations")
        return {found["run_type"]: found for found in answer.json["operations"]}

    operator = offered("start", Role.OPERATOR)
    assert operator["probe.check"]["params_schema"]["properties"]["depth"]["maximum"] == 9
    assert "rule.change" not in operator
    assert "rule.change" in offered("start", Role.MANAGER)
    assert offered("read", Role.OWNER) == {}


def test_wrong_parameters_are_named_by_field(api):
    answer = api.post(PATH, json={"params": {"depth": 12, "name": 4}})

    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"depth", "name"}
    assert count() == 0


def test_a_body_that_cannot_be_used_starts_nothing(api):
    for status, options in [
        (400, {"data": "{", "content_type": "application/json"}),
        (400, {"data": b"\xff", "content_type": "application/json"}),
        (400, {"data": "[" * 100_000, "content_type": "application/json"}),
        (400, {"data": "", "content_type": "application/json"}),
        (413, {"data": b"1" * (4 * 1024 * 1024 + 1), "content_type": "application/json"}),
        (415, {"data": {"params": "{}"}}),
        (415, {"json": {}, "content_type": "text/plain"}),
        (422, {"json": []}),
        (422, {"json": {"parameters": {}}}),
        (422, {"json": {"params": []}}),
    ]:
        answer = api.post(PATH, **options)

        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), options
    assert count() == 0


def test_an_unknown_run_type_is_refused_like_one_that_is_not_allowed(api, offer):
    offer(lambda _run: None, run_type="rule.change", plugin="rules", role=Role.MANAGER)

    answers = [api.post(f"{ROOT}/operations/{name}/runs", json={}) for name in ("no.such", "rule.change")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json == answers[1].json


def test_equal_work_that_is_active_is_found(api):
    assert started(api.post(PATH, json={})) == started(api.post(PATH, json={}))


def test_what_only_an_administrator_may_ask_for_is_refused(api, app, offer):
    def permits(_tenant, params):
        if params.name != "north":
            raise InvalidInputError("Only the north is yours.")

    app.extensions[EXTENSION].operations.pop("probe.check")
    offer(lambda _run: None, params=ProbeParams, permits=permits, plugin="probe_2")

    answer = api.post(PATH, json={"params": {"name": "south"}})

    assert (answer.status_code, answer.json["detail"]) == (422, "Only the north is yours.")
    assert started(api.post(PATH, json={}))


@on_both_databases
def test_the_same_key_finds_the_same_run_even_after_its_end(api, worker):
    first = started(api.post(PATH, json={}, headers={"Idempotency-Key": "k-1"}))
    worker()

    assert started(api.post(PATH, json={"params": {}}, headers={"Idempotency-Key": "k-1"})) == first
    assert started(api.post(PATH, json={}, headers={"Idempotency-Key": "k-2"})) != first
    assert count() == 2


@on_both_databases
def test_a_key_that_found_an_active_run_is_kept_for_it(api, worker):
    first = started(api.post(PATH, json={}))
    joined = started(api.post(PATH, json={}, headers={"Idempotency-Key": "k-1"}))
    worker()

    assert joined == first == started(api.post(PATH, json={}, headers={"Idempotency-Key": "k-1"}))


def test_a_key_with_another_request_is_refused(api):
    started(api.post(PATH, json={}, headers={"Idempotency-Key": "k-1"}))

    answer = api.post(PATH, json={"params": {"depth": 2}}, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["detail"]
    assert count() == 1


def test_a_refused_start_does_not_use_up_its_key(api):
    key = {"Idempotency-Key": "k-1"}
    assert api.post(PATH, json={"params": {"depth": 12}}, headers=key).status_code == 422

    assert started(api.post(PATH, json={"params": {"depth": 2}}, headers=key))


def test_a_key_is_its_members_own_and_is_forgotten_after_a_day(api, program, issue, tenant, worker):
    key = {"Idempotency-Key": "k-1"}
    other = program(issue(tenant, days=10))
    first = started(api.post(PATH, json={}, headers=key))
    worker()

    second = started(other.post(PATH, json={}, headers=key))
    worker()
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        third = started(other.post(PATH, json={"params": {"depth": 2}}, headers=key))

    assert len({first, second, third}) == 3


def test_a_key_that_is_empty_or_too_long_is_refused(api):
    for key in (" ", "x" * 256):
        answer = api.post(PATH, json={}, headers={"Idempotency-Key": key})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])
    assert count() == 0


@on_both_databases
def test_characters_that_a_database_refuses_are_no_error_of_the_server(api):
    answer = api.post(PATH, data='{"params": {"name": "a\\u0000b"}}', content_type="application/json")

    assert answer.status_code < 500, answer.text
    assert api.get("/api/v1/tenants/%00/runs").status_code == 403
    assert api.get(f"{ROOT}/runs?run_type=%00").status_code == 422
