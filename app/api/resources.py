"""What plugins declare for the API: addresses like its own, behind which plugin code answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from flask import Response, abort
from pydantic import BaseModel, Field, create_model
from werkzeug.exceptions import HTTPException

from app.api.bearer import Caller
from app.api.endpoint import Endpoint, answered
from app.api.errors import DENIED
from app.api.problem import ProblemError
from app.api.schemas import NoQuery, PageQuery
from app.core.db import db, is_away
from app.core.errors import TenantAtlasError
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.declared import Declared
from app.core.registry.extensions import ApiPage, ApiResource
from app.core.registry.faults import note_fault
from app.core.registry.stages import Stage
from app.core.runs.queries import LARGEST_ID
from app.core.tokens import TokenScope

KEPT = 128  # addresses and models, made once for each declaration

AnyResource: TypeAlias = ApiResource[Any]


@dataclass(frozen=True)
class ResourceEndpoints:
    """The addresses of one resource; `one` is none where there are only lists."""

    page: Endpoint
    one: Endpoint | None


def list_resource(tenant: str, resource: str) -> Response:
    """Answer for the list of a resource; 404 where no plugin declares it."""
    return _endpoints(resource).page(tenant)


def read_resource(tenant: str, resource: str, number: int) -> Response:
    """Answer for one entry of a resource; 404 where no plugin declares it."""
    endpoint = _endpoints(resource).one
    return abort(404) if endpoint is None else endpoint(tenant, number=number)


def resource_endpoints(catalog: Catalog, root: str) -> Iterator[Endpoint]:
    """The addresses of everything that is declared, in load order.

    Args:
        catalog: the loaded plugins.
        root: what their addresses begin with.
    """
    for found in catalog.declared(ApiResource).values():
        both = _endpoints_of(found, root)
        yield both.page
        if both.one is not None:
            yield both.one


def _endpoints(key: str) -> ResourceEndpoints:
    found = current_catalog().declared(ApiResource).get(key)
    return abort(404) if found is None else _endpoints_of(found, "")


@lru_cache(KEPT)
def _endpoints_of(found: Declared[AnyResource], root: str) -> ResourceEndpoints:
    resource, path = found.what, f"{root}/{found.what.key}"
    page = Endpoint(
        "GET",
        path,
        _PageView(found),
        TokenScope.READ,
        _page_model(resource),
        query=_query_model(resource),
        called=resource.key,
        said=resource.description,
    )
    if resource.one is None:
        return ResourceEndpoints(page, None)
    one = Endpoint(
        "GET",
        f"{path}/<int:number>",
        _OneView(found),
        TokenScope.READ,
        resource.details or resource.entry,
        refusals=(404,),
        called=f"{resource.key}_one",
        said=f"{resource.label}: one of them",
    )
    return ResourceEndpoints(page, one)


@dataclass(frozen=True)
class _PageView:
    """Answers for a list."""

    found: Declared[AnyResource]

    def __call__(self, caller: Caller, query: PageQuery) -> Response:
        resource = self.found.what
        _require_role(caller, resource)
        filters = resource.filters.model_validate(query.model_dump(exclude={"limit", "cursor"}))

        def ask() -> BaseModel:
            page = resource.page(caller.tenant, filters, query.cursor, query.limit)
            said: object = page
            if not isinstance(said, ApiPage) or not all(isinstance(e, resource.entry) for e in said.entries):
                raise TypeError(f"no page of {resource.entry.__name__}")
            values = {resource.key: list(page.entries), "next_cursor": page.next_cursor}
            return _page_model(resource)(**values)

        return _asked(self.found, ask)


@dataclass(frozen=True)
class _OneView:
    """Answers for one entry."""

    found: Declared[AnyResource]

    def __call__(self, caller: Caller, _query: NoQuery, number: int) -> Response:
        resource = self.found.what
        _require_role(caller, resource)
        model = resource.details or resource.entry

        def ask() -> BaseModel | None:
            one = resource.one(caller.tenant, number) if resource.one and 0 < number <= LARGEST_ID else None
            if not isinstance(one, model | None):
                raise TypeError(f"no {model.__name__}")
            return one

        return _asked(self.found, ask)


def _require_role(caller: Caller, resource: AnyResource) -> None:
    if not caller.role.includes(resource.role):
        raise ProblemError(403, DENIED)


def _asked(found: Declared[AnyResource], ask: Callable[[], BaseModel | None]) -> Response:
    """What plugin code answers; whatever else it does costs this request, and is kept for the owners."""
    try:
        document = ask()
        answer = None if document is None else answered(document, 200)
    except (TenantAtlasError, HTTPException):
        raise
    except (Exception, SystemExit) as error:
        if is_away(error):
            raise
        note_fault(found.plugin, Stage.API, error, found.what.key)
        db.session.rollback()
        raise ProblemError(500, f"Plugin {found.plugin} failed to answer; it has been logged.") from None
    return answer or abort(403)


@lru_cache(KEPT)
def _query_model(resource: AnyResource) -> type[BaseModel]:
    return create_model(f"{_name(resource)}Query", __base__=(resource.filters, PageQuery))


@lru_cache(KEPT)
def _page_model(resource: AnyResource) -> type[BaseModel]:
    fields: dict[str, Any] = {
        resource.key: (list[resource.entry], ...),  # type: ignore[name-defined]  # a value, made of a declaration
        "next_cursor": (str | None, Field(description="Of the next page; null: this is the last one.")),
    }
    return create_model(f"{_name(resource)}Page", __doc__=resource.description, **fields)


def _name(resource: AnyResource) -> str:
    return "".join(part[:1].upper() + part[1:] for part in resource.key.split("_"))
