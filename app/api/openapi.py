"""The OpenAPI document, made from the endpoints and their models."""

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app import __version__
from app.api.endpoint import JSON, Endpoint
from app.api.problem import MEDIA_TYPE, Problem
from app.core.db import JsonObject

VERSION = "3.1.0"
SCHEMAS = "#/components/schemas/"
EVERYWHERE = (401, 403, 422, 500, 503)  # what any address may answer
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_KINDS = {"int": {"type": "integer", "minimum": 0}, "": {"type": "string"}}
_REFUSED = {
    400: "The body is no JSON.",
    401: "No token, or one that is not taken.",
    403: "Another tenant, an unknown run or run type, too low a role, too small a scope.",
    404: "There is nothing at this address.",
    409: "The start met others and gave up; start again.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    422: "A value does not fit; the errors name each.",
    500: "Something went wrong on the server; it has been logged.",
    503: "The database cannot be used just now.",
}


def openapi(endpoints: Sequence[Endpoint], prefix: str) -> JsonObject:
    """The document of some endpoints.

    Args:
        endpoints: in the order in which they are listed.
        prefix: what all of their addresses begin with.
    """
    paths: dict[str, JsonObject] = {}
    schemas = Schemas(endpoints)
    for endpoint in endpoints:
        described = _operation(endpoint, schemas)
        paths.setdefault(_address(prefix, endpoint), {})[endpoint.method.lower()] = described
    return {
        "openapi": VERSION,
        "info": {
            "title": "TenantAtlas",
            "version": __version__,
            "description": "Reads runs, their items and what plugins offer; starts operations. "
            "A token opens one tenant.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.shown,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class Schemas:
    """The schemas of all models, under names that pydantic tells apart where plugins use one twice.

    Attributes:
        shown: name -> schema; of queries there are parameters instead.
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        """Let pydantic write them all at once."""
        queries = list(dict.fromkeys(endpoint.query for endpoint in endpoints))
        bodies = [endpoint.body for endpoint in endpoints if endpoint.body is not None]
        answers: list[type[BaseModel]] = [*(endpoint.answers for endpoint in endpoints), Problem]
        wanted = [*_in_mode("validation", [*queries, *bodies]), *_in_mode("serialization", answers)]
        self._refs, whole = models_json_schema(wanted, ref_template=SCHEMAS + "{model}")
        all_of_them: dict[str, JsonObject] = dict(sorted(whole["$defs"].items()))
        self._queries = {query: all_of_them.pop(self._name(query, "validation")) for query in queries}
        self.shown = all_of_them

    def of_query(self, query: type[BaseModel]) -> JsonObject:
        """The schema of a query, whose properties are parameters."""
        return self._queries[query]

    def ref(self, model: type[BaseModel], mode: JsonSchemaMode) -> JsonObject:
        """Where the schema of a body (`validation`) or an answer (`serialization`) is."""
        return {"schema": {"$ref": SCHEMAS + self._name(model, mode)}}

    def _name(self, model: type[BaseModel], mode: JsonSchemaMode) -> str:
        found: str = self._refs[model, mode]["$ref"]
        return found.rpartition("/")[2]


def _in_mode(
    mode: JsonSchemaMode, models: Sequence[type[BaseModel]]
) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    yield from ((model, mode) for model in dict.fromkeys(models))


def _operation(endpoint: Endpoint, schemas: Schemas) -> JsonObject:
    described: JsonObject = {
        "operationId": endpoint.name,
        "summary": (endpoint.said or _said(endpoint.view)).removesuffix("."),
        "description": f"Needs a token of scope {endpoint.scope}.",
        "parameters": [*_places(endpoint), *_query(endpoint, schemas), *_headers(endpoint)],
        "responses": dict(_answers(endpoint, schemas)),
    }
    if endpoint.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: schemas.ref(endpoint.body, "validation")},
        }
    return described


def _address(prefix: str, endpoint: Endpoint) -> str:
    return prefix + _PLACE.sub(r"{\2}", endpoint.path)


def _places(endpoint: Endpoint) -> Iterator[JsonObject]:
    for kind, name in _PLACE.findall(endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": _KINDS[kind]}


def _query(endpoint: Endpoint, schemas: Schemas) -> Iterator[JsonObject]:
    for name, schema in schemas.of_query(endpoint.query).get("properties", {}).items():
        plain = {key: value for key, value in schema.items() if key not in {"title", "description"}}
        said = schema.get("description", "")
        yield {"name": name, "in": "query", "required": False, "description": said, "schema": plain}


def _headers(endpoint: Endpoint) -> Iterator[JsonObject]:
    for name, said in endpoint.headers:
        text = {"type": "string", "minLength": 1, "maxLength": 255}
        yield {"name": name, "in": "header", "required": False, "description": said, "schema": text}


def _answers(endpoint: Endpoint, schemas: Schemas) -> Iterator[tuple[str, JsonObject]]:
    content = {JSON: schemas.ref(endpoint.answers, "serialization")}
    answer: JsonObject = {"description": _said(endpoint.answers), "content": content}
    if endpoint.status == 202:
        answer["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where the run is."}}
    yield str(endpoint.status), answer
    for status in sorted({*EVERYWHERE, *endpoint.refusals}):
        problem = {MEDIA_TYPE: schemas.ref(Problem, "serialization")}
        yield str(status), {"description": _REFUSED[status], "content": problem}


def _said(described: object) -> str:
    return (described.__doc__ or "").strip().partition("\n")[0]
