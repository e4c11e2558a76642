"""Lists of a plugin's own things in the JSON API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, RootModel
from pydantic.errors import PydanticUserError

from app.core.registry.extensions.base import Extension
from app.core.users import Role

if TYPE_CHECKING:
    from app.core.tenants import Tenant

Filters = TypeVar("Filters", bound=BaseModel)

OWN_ADDRESSES = {"operations", "runs", "next_cursor"}  # of the API itself, beside which resources stand
OWN_QUERY = {"limit", "cursor"}


@dataclass(frozen=True)
class ApiPage:
    """A part of a list.

    Attributes:
        entries: instances of the resource's `entry`, in their order.
        next_cursor: a text of the plugin's own, where the next part begins; none: this is the last one.
    """

    entries: Sequence[BaseModel]
    next_cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApiResource(Extension, Generic[Filters]):
    """Things of one kind that programs read: `/api/v1/tenants/<tenant>/<key>` and `.../<key>/<number>`.

    Attributes:
        description: one sentence in the description of the API.
        entry: pydantic model of one of them in the list.
        filters: pydantic model of the query; each field is a single value and has a default.
        page: `page(tenant, filters, cursor, limit)`: a part of the list; `cursor` is empty for the first one,
            else a text that it gave as `next_cursor`, or that somebody made up.
        details: pydantic model of one by itself; none: as in the list.
        one: `one(tenant, number)`: one by itself, or nothing; none: there are only lists.
        role: the least role that may read them.
    """

    kind = "API resource"
    field = "api_resources"

    description: str
    entry: type[BaseModel]
    filters: type[Filters]
    page: "Callable[[Tenant, Filters, str, int], ApiPage]"
    details: type[BaseModel] | None = None
    one: "Callable[[Tenant, int], BaseModel | None] | None" = None
    role: Role = Role.READONLY

    def problems(self) -> list[str]:
        found = super().problems() + self._uncallable("page", *(() if self.one is None else ("one",)))
        if self.key in OWN_ADDRESSES:
            found.append(f"{self.key!r} is a name of the API itself")
        hash(self)  # it is looked up by; what cannot be hashed cannot be checked
        role: object = self.role
        if not isinstance(role, Role):
            found.append("`role` is no Role")
        models: dict[str, object] = {"entry": self.entry, "filters": self.filters}
        if self.details is not None:
            models["details"] = self.details
        found += [f"`{name}` {problem}" for name, model in models.items() for problem in _wrong_model(model)]
        return found or _wrong_filters(self.filters)


def _wrong_model(model: object) -> list[str]:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ["is no pydantic model"]
    if issubclass(model, RootModel):
        return ["has no named fields"]
    return _untellable(model)


@lru_cache
def _untellable(model: type[BaseModel]) -> list[str]:
    try:
        for mode in ("validation", "serialization"):
            model.model_json_schema(mode=mode)
    except PydanticUserError as error:
        return [f"cannot be told as JSON: {str(error).partition(chr(10))[0]}"]
    return []


def _wrong_filters(model: type[BaseModel]) -> list[str]:
    schema: dict[str, Any] = model.model_json_schema()
    fields = schema.get("properties", {})
    found = [f"filters: {name!r} is a name of the API itself" for name in sorted(OWN_QUERY & set(fields))]
    found += [f"filters: {name!r} has no default" for name in schema.get("required", ())]
    lists = [name for name, told in fields.items() if told.get("type") in {"array", "object"}]
    return found + [f"filters: {name!r} is no single value" for name in lists]
