"""What plugins declare for the API is answered like the rest of it; a faulty plugin costs itself alone."""

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import text

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.registry.catalog import EXTENSION
from app.core.registry.contract import Plugin
from app.core.registry.extensions import ApiPage, ApiResource
from app.core.registry.faults import fault_log
from app.core.tenants import Tenant
from app.core.users import Role
from tests.api.conftest import ROOT

BERTHS = {1: "North", 2: "South", 3: "West"}


class Berth(BaseModel):
    """One berth."""

    id: int
    name: str


class Item(BaseModel):
    """Named like a schema of the API itself."""

    id: int
    draught: float


class BerthQuery(BaseModel):
    """Which berths are asked for."""

    name: str | None = Field(default=None, max_length=10, description="Only berths of this name.")


def page(_tenant, query, cursor, limit):
    if cursor and not cursor.isdecimal():
        raise InvalidInputError(f"cursor: {cursor!r} is no place in this list")
    found = [Berth(id=n, name=name) for n, name in BERTHS.items() if query.name in {None, name}]
    after = int(cursor or 0)
    left = [berth for berth in found if berth.id > after]
    return ApiPage(left[:limit], str(left[limit - 1].id) if len(left) > limit else None)


def one(_tenant, number):
    return Item(id=number, draught=2.5) if number in BERTHS else None


@pytest.fixture
def declare(app):
    """Let a plugin offer berths: `declare(page=..., one=...)`."""

    def add(**declared):
        defaults = {
            "key": "berths",
            "label": "Berths",
            "description": "Berths of the harbour.",
            "entry": Berth,
            "filters": BerthQuery,
            "page": page,
            "details": Item,
            "one": one,
        }
        resource = ApiResource(**(defaults | declared))
        app.extensions[EXTENSION].add(Plugin(name="harbours", version="1.0.0", api_resources=(resource,)))

    return add


def test_a_resource_is_listed_filtered_paged_and_read(api, declare):
    declare()

    first = api.get(f"{ROOT}/berths?limit=2").json
    assert first == {"berths": [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}], "next_cursor": "2"}
    assert api.get(f"{ROOT}/berths?limit=2&cursor=2").json["next_cursor"] is None
    assert [berth["id"] for berth in api.get(f"{ROOT}/berths?name=West").json["berths"]] == [3]
    assert api.get(f"{ROOT}/berths/2").json == {"id": 2, "draught": 2.5}


def test_it_stands_in_the_document_and_on_the_page_with_its_own_schemas(client, declare):
    declare()
    document = client.get("/api/v1/openapi.json").json

    listing = document["paths"]["/api/v1/tenants/{tenant}/berths"]["get"]
    assert listing["summary"] == "Berths of the harbour"
    assert [found["name"] for found in listing["parameters"]] == ["tenant", "limit", "cursor", "name"]
    answer = document["paths"]["/api/v1/tenants/{tenant}/berths/{number}"]["get"]["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(document["components"]["schemas"][name]["properties"]) == {"id", "draught"}
    named = [found for found in document["components"]["schemas"].values() if found.get("title") == "Item"]
    assert sorted(len(found["properties"]) for found in named) == [2, 6], "the API's own Item is another one"
    assert "/berths" in client.get("/api/v1/").text


def test_without_its_plugin_it_is_nowhere(api, client):
    assert (api.get(f"{ROOT}/berths").status_code, api.get(f"{ROOT}/berths/1").status_code) == (404, 404)
    assert "berths" not in client.get("/api/v1/openapi.json").text


def test_a_resource_without_single_entries_has_no_such_address(api, client, declare):
    declare(one=None, details=None)

    assert api.get(f"{ROOT}/berths/1").status_code == 404
    assert "/berths/{number}" not in client.get("/api/v1/openapi.json").text


def test_it_is_closed_like_everything_else(api, client, program, issue, make_tenant, tenant, declare):
    declare(role=Role.MANAGER)
    elsewhere = make_tenant("elsewhere")

    assert client.get(f"{ROOT}/berths").status_code == 401
    assert api.get("/api/v1/tenants/elsewhere/berths").status_code == 403
    assert program(issue(elsewhere)).get(f"{ROOT}/berths/1").status_code == 403
    for role, status in [(Role.OPERATOR, 403), (Role.MANAGER, 200)]:
        reader = program(issue(tenant, "read", role))
        assert (
            reader.get(f"{ROOT}/berths").status_code == reader.get(f"{ROOT}/berths/1").status_code == status
        )
    assert api.post(f"{ROOT}/berths", json={}).status_code == 405


def test_an_entry_that_is_not_there_is_refused_like_that_of_another_tenant(api, declare):
    declare()

    for number in (4, 0, 2**31, 10**30):
        assert api.get(f"{ROOT}/berths/{number}").status_code == 403, number


@pytest.mark.parametrize("query", ["name=much-too-long", "colour=red", "limit=0", "cursor=nowhere"])
def test_what_does_not_fit_is_refused_by_its_name(api, declare, query):
    declare()
    answer = api.get(f"{ROOT}/berths?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json["detail"]


def raises(*_asked):
    raise LookupError("password=hunter2")


def exits(*_asked):
    raise SystemExit(3)


def writes(*_asked):
    db.session.add(Tenant(slug="planted", name="Planted"))
    db.session.flush()


def breaks_the_transaction(*_asked):
    db.session.execute(text("SELECT nothing FROM nowhere"))


@pytest.mark.parametrize(
    "faulty",
    [
        raises,
        exits,
        writes,
        breaks_the_transaction,
        lambda *_asked: "nonsense",
        lambda *_asked: ApiPage(["nonsense"]),
        lambda *_asked: ApiPage([], 7),
        lambda *_asked: ApiPage([Berth.model_construct(id=object(), name="North")]),
    ],
)
def test_a_faulty_plugin_answers_with_a_problem_and_costs_nothing_else(api, declare, make_run, faulty):
    run = make_run()
    declare(page=faulty, one=faulty)

    for path in ("berths", "berths/1"):
        answer = api.get(f"{ROOT}/{path}")
        assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
        assert answer.json["detail"] == "Plugin harbours failed to answer; it has been logged."
    (fault,) = fault_log().faults()
    assert (fault.plugin, fault.stage, fault.count) == ("harbours", "api", 2)
    assert "hunter2" not in fault.reason
    assert api.get(f"{ROOT}/runs/{run.id}").status_code == 200
