"""The document and the page are made of what the addresses declare, and true of what they answer."""

import re

import pytest

from app.api.addresses import ENDPOINTS
from tests.api.conftest import ROOT

PATHS = "/api/v1/tenants/{tenant}"
REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json


def test_the_document_lists_every_address_of_the_api_and_of_plugins(app, document):
    rules = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and "tenant" in rule.arguments
    }
    own = {rule for rule in rules if "{resource}" not in rule}

    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == own | {f"{PATHS}/findings", f"{PATHS}/findings/{{number}}"}
    assert len(own) == len(ENDPOINTS)
    assert len(rules - own) == 2


def test_each_address_has_a_name_of_its_own(document):
    names = [found["operationId"] for path in document["paths"].values() for found in path.values()]

    assert len(names) == len(set(names))


def test_every_reference_leads_to_a_schema(client, document):
    named = set(REFERENCE.findall(client.get("/api/v1/openapi.json").text))

    assert named == set(document["components"]["schemas"]) & named
    assert {"RunDetails", "Problem", "StartRequest", "StatusBucket"} <= named


def test_an_address_with_a_number_may_lead_nowhere(document):
    numbered = [path for path in document["paths"] if path.endswith(("{run_id}", "{number}"))]

    assert len(numbered) == 2
    assert all("404" in document["paths"][path]["get"]["responses"] for path in numbered)


def test_filters_are_parameters_with_their_values(document):
    parameters = {found["name"]: found for found in document["paths"][f"{PATHS}/runs"]["get"]["parameters"]}

    assert parameters["tenant"]["required"]
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert set(parameters) == {
        *("tenant", "limit", "cursor"),
        *("bucket", "run_type", "since", "until", "initiator", "text"),
    }
    assert parameters["since"]["schema"]["anyOf"][0]["format"] == "date-time"


def test_what_is_answered_has_the_fields_that_the_document_says(api, document, make_run, tenant):
    run = make_run(tenant=tenant, items=["one"])
    schemas = document["components"]["schemas"]

    for path, name in [
        (f"{ROOT}/operations", "OperationList"),
        (f"{ROOT}/runs", "RunPage"),
        (f"{ROOT}/runs/{run.id}", "RunDetails"),
        (f"{ROOT}/runs/{run.id}/items", "ItemPage"),
        (f"{ROOT}/runs/4711", "Problem"),
    ]:
        assert set(api.get(path).json) == set(schemas[name]["properties"]), name


def test_the_page_shows_every_address_and_schema_to_everybody(client, document):
    answer = client.get("/api/v1/")

    assert answer.status_code == 200
    for path in document["paths"]:
        assert path in answer.text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in answer.text
    assert client.get("/api/v1").status_code == 308
