"""Every address of the API, and its description for people and programs."""

from functools import lru_cache

from flask import Blueprint, Flask, Response, jsonify, render_template
from flask_wtf.csrf import CSRFProtect

from app.api import views
from app.api.endpoint import Endpoint
from app.api.errors import init_errors, is_below_api
from app.api.openapi import openapi
from app.api.resources import list_resource, read_resource, resource_endpoints
from app.api.schemas import ItemPage, ItemQuery, OperationList, RunPage, RunQuery, StartRequest
from app.core.db import JsonObject
from app.core.registry.catalog import current_catalog
from app.core.runs.document import RunDetails
from app.core.tokens import TokenScope

PREFIX = "/api/v1"
_TENANT = "/tenants/<tenant>"
_RUN = f"{_TENANT}/runs/<int:run_id>"
_KEY = "Any text of your own: asked again with it within 24 hours, the same start answers with the same run."

KEPT = 8  # documents; a process has one, unless plugins come and go

ENDPOINTS = (
    Endpoint("GET", f"{_TENANT}/operations", views.operations, TokenScope.READ, OperationList),
    Endpoint(
        "POST",
        f"{_TENANT}/operations/<run_type>/runs",
        views.start,
        TokenScope.START,
        RunDetails,
        status=202,
        body=StartRequest,
        headers=((views.KEY_HEADER, _KEY),),
        refusals=(400, 409, 413, 415),
    ),
    Endpoint("GET", f"{_TENANT}/runs", views.runs, TokenScope.READ, RunPage, query=RunQuery),
    Endpoint("GET", _RUN, views.run, TokenScope.READ, RunDetails, refusals=(404,)),
    Endpoint(
        "GET", f"{_RUN}/items", views.items, TokenScope.READ, ItemPage, query=ItemQuery, refusals=(404,)
    ),
)


def init_api(app: Flask, csrf: CSRFProtect) -> None:
    """Put the API into an application.

    Its requests bear tokens, which no other site can make a browser send: CSRF tokens have no place here.
    """
    pages = Blueprint("api", __name__, url_prefix=PREFIX, template_folder="templates")
    for endpoint in ENDPOINTS:
        pages.add_url_rule(endpoint.path, endpoint.name, endpoint, methods=[endpoint.method])
    pages.add_url_rule(f"{_TENANT}/<resource>", "resource", list_resource)
    pages.add_url_rule(f"{_TENANT}/<resource>/<int:number>", "resource_one", read_resource)
    pages.add_url_rule("/", "index", index)
    pages.add_url_rule("/openapi.json", "document", document)
    init_errors(app, pages)
    csrf.exempt(pages)
    app.register_blueprint(pages)

    @app.after_request
    def _keep_nothing(answer: Response) -> Response:
        if is_below_api():
            answer.headers["Cache-Control"] = "no-store"
        return answer


def index() -> str:
    """Every address, as a page."""
    return render_template("api/index.html", document=described())


def document() -> Response:
    """Every address, as an OpenAPI document."""
    return jsonify(described())


def described() -> JsonObject:
    """The OpenAPI document of this version with the loaded plugins."""
    return _described((*ENDPOINTS, *resource_endpoints(current_catalog(), _TENANT)))


@lru_cache(KEPT)
def _described(endpoints: tuple[Endpoint, ...]) -> JsonObject:
    return openapi(endpoints, PREFIX)
