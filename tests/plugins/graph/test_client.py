"""Talking to Graph: signing in, waiting, pages, and what of an error is kept."""

import logging
from datetime import timedelta
from email.utils import format_datetime

import pytest

from app.core import clock
from app.plugins.graph import (
    ApprovalPendingError,
    GraphAwayError,
    GraphRefusedError,
    NotConnectedError,
    OutcomeUnclearError,
    graph_of,
)
from app.plugins.graph.sending import ATTEMPTS, Harm
from tests.support.graph import SECRET

HOME = "fictional.example.com"
DEVICES, LIST = "deviceManagement/deviceConfigurations", "beta/deviceManagement/deviceConfigurations"


def test_a_list_is_read_to_its_last_page(client, graph):
    for number in range(5):
        graph.put(HOME, DEVICES, displayName=f"D{number}")
    graph.put("other.example.com", DEVICES, displayName="Theirs")

    assert [one["displayName"] for one in client.pages(LIST)] == ["D0", "D1", "D2", "D3", "D4"]
    assert len(graph.requests) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_graph_says(client, graph, pauses, status):
    graph.fault("GET", DEVICES, status, headers={"Retry-After": "7.5"})
    in_a_minute = format_datetime(clock.now() + timedelta(seconds=60), usegmt=False)
    graph.fault("GET", DEVICES, status, headers={"Retry-After": in_a_minute})

    assert list(client.pages(LIST)) == []
    assert pauses[0] == 7.5
    assert 50 < pauses[1] <= 60


def test_without_a_word_it_waits_longer_each_time_and_then_gives_up(client, graph, pauses):
    graph.fault("GET", DEVICES, 429, times=99)

    with pytest.raises(GraphAwayError):
        list(client.pages(LIST))

    assert len(graph.requests) == ATTEMPTS
    assert [1 <= pauses[0] <= 2, 2 <= pauses[1] <= 4, 4 <= pauses[2] <= 8] == [True] * 3
    assert len(pauses) == ATTEMPTS - 1


def test_it_does_not_wait_for_an_hour(client, graph, pauses):
    graph.fault("GET", DEVICES, 429, headers={"Retry-After": "3600"}, times=99)

    with pytest.raises(GraphAwayError):
        list(client.pages(LIST))

    assert sum(pauses) <= 300


def test_a_token_that_ended_early_is_renewed_once(client, graph):
    list(client.pages(LIST))
    graph.end_tokens()

    assert list(client.pages(LIST)) == []
    assert len(graph.tokens) == 1

    graph.fault("GET", DEVICES, 401, times=99)
    asked = len(graph.requests)
    with pytest.raises(GraphRefusedError, match="401"):
        list(client.pages(LIST))
    assert len(graph.requests) == asked + 2


def test_of_a_refusal_status_code_and_request_are_kept_and_nothing_else(client, graph, caplog):
    graph.fault("GET", DEVICES, 403, code="Forbidden")

    with caplog.at_level(logging.DEBUG, logger="app"), pytest.raises(GraphRefusedError) as refused:
        client.get(LIST)

    told = "Graph answered 403 Forbidden (request 12345678-aaaa-bbbb-cccc-1234567890ab)."
    assert (str(refused.value), refused.value.status) == (told, 403)
    assert SECRET not in f"{refused.value!r} {caplog.text}"


@pytest.mark.parametrize("body", ["<html>", {"error": {"code": "<b>bold</b>"}}, {"error": None}, []])
def test_an_error_of_any_shape_is_told_by_its_status(client, graph, body):
    graph.fault("GET", DEVICES, 400, body=body)

    with pytest.raises(GraphRefusedError) as refused:
        client.get(LIST)

    assert str(refused.value) == "Graph answered 400."


def test_a_link_to_another_host_is_not_followed(client, graph):
    graph.fault("GET", DEVICES, 200, body={"value": [], "@odata.nextLink": "https://example.com/steal"})

    with pytest.raises(GraphRefusedError, match="foreign_link"):
        list(client.pages(LIST))


def test_a_list_that_goes_in_circles_ends(client, graph):
    page = {"value": [], "@odata.nextLink": f"{graph.url}/{LIST}?again"}
    graph.fault("GET", DEVICES, 200, body=page, times=99)

    with pytest.raises(GraphRefusedError, match="endless_list"):
        list(client.pages(LIST))
    assert len(graph.requests) == 2


@pytest.mark.parametrize(("status", "sent"), [(429, 2), (503, 2), (504, 1)])
def test_what_makes_something_is_sent_again_only_where_graph_did_nothing(client, graph, pauses, status, sent):
    graph.fault("POST", DEVICES, status)

    if sent == 1:
        with pytest.raises(OutcomeUnclearError):
            client.write("POST", LIST, {"displayName": "A"}, harm=Harm.MUCH)
    else:
        client.write("POST", LIST, {"displayName": "A"}, harm=Harm.MUCH)

    assert len(graph.writes) == sent
    assert len(graph.all_of(HOME, DEVICES)) == sent - 1


def test_a_change_that_is_never_answered_is_unclear_and_not_refused(client, graph, pauses):
    graph_id = graph.put(HOME, DEVICES, displayName="A")
    graph.fault("PATCH", DEVICES, 504, times=99, done=True)

    with pytest.raises(OutcomeUnclearError):
        client.write("PATCH", f"{LIST}/{graph_id}", {"displayName": "B"})

    assert len(graph.writes) == ATTEMPTS


@pytest.mark.parametrize(("status", "code"), [(202, "x"), (403, "ApprovalRequired")])
def test_a_change_that_somebody_else_must_approve_is_pending(client, graph, status, code):
    graph.fault("POST", DEVICES, status, code=code)

    with pytest.raises(ApprovalPendingError):
        client.write("POST", LIST, {"displayName": "A"}, harm=Harm.MUCH)


def test_who_is_refused_at_the_sign_in_learns_why_without_the_secret(app, connected, tenant):
    connected(tenant.slug, client_secret=f"wrong-{SECRET}")

    with graph_of(tenant) as client, pytest.raises(GraphRefusedError) as refused:
        list(client.pages(LIST))

    assert str(refused.value) == "Graph answered 401 invalid_client."


def test_a_tenant_without_credentials_is_not_connected(app, make_tenant):
    with pytest.raises(NotConnectedError, match="no entry for tenant"), graph_of(make_tenant("nobody")):
        pass


@pytest.mark.parametrize("content", ["", "{}}", '{"fictional": {"client_secret": "very-secret"}}', "[]"])
def test_a_credentials_file_that_cannot_be_used_is_not_quoted(app, tenant, tmp_path, content):
    (tmp_path / "graph.json").write_text(content)

    with pytest.raises(NotConnectedError) as error, graph_of(tenant):
        pass

    assert "very-secret" not in f"{error.value} {error.value.__cause__}"


def test_a_credentials_file_that_is_gone_is_named_by_its_trouble(app, tenant, tmp_path):
    (tmp_path / "graph.json").unlink()

    with pytest.raises(NotConnectedError, match="FileNotFoundError"), graph_of(tenant):
        pass


@pytest.mark.parametrize(
    "address", ["http://graph.example.com", "ftp://127.0.0.1", "https://", "https://u:p@example.com", "x"]
)
def test_an_address_that_is_not_safe_costs_the_plugin(make_app, monkeypatch, address):
    monkeypatch.setenv("TENANTATLAS_GRAPH_BASE_URL", address)

    failed = make_app().extensions["tenantatlas.catalog"].failed

    assert ("graph", "validate") in [(one.name, one.stage) for one in failed]
