"""What a JSON schema says of how a value is asked for."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.core.db import JsonObject


class ParameterKind(StrEnum):
    """How a parameter is asked for; the value is the control of a form."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "checkbox"
    ONE = "select"  # one of its choices
    MANY = "multiselect"  # any of its choices
    LINES = "textarea"  # any number of values, one a line
    DAY = "date"
    SECRET = "password"  # noqa: S105 - the control in which a secret is typed; never shown again
    MOMENT = "datetime-local"  # read as UTC
    TIME = "time"


_BY_TYPE = {
    "boolean": ParameterKind.SWITCH,
    "integer": ParameterKind.NUMBER,
    "number": ParameterKind.NUMBER,
}
_BY_FORMAT = {
    "date": ParameterKind.DAY,
    "date-time": ParameterKind.MOMENT,
    "time": ParameterKind.TIME,
    "password": ParameterKind.SECRET,
}
_LISTS = {ParameterKind.LINES, ParameterKind.MANY}


def kind_of(schema: JsonObject) -> ParameterKind | None:
    """How a value of a plain schema is asked for; nothing: no form can."""
    if "enum" in schema or "const" in schema:
        return ParameterKind.ONE
    named = schema.get("type")
    if named == "array":
        return _kind_of_list(schema)
    if named == "object" or not _are_single(schema.get("anyOf", ())):
        return None
    return _BY_TYPE.get(named or "") or _BY_FORMAT.get(schema.get("format", ""), ParameterKind.TEXT)


def _kind_of_list(schema: JsonObject) -> ParameterKind | None:
    inner = schema.get("items", {})
    if not _are_single([inner, *schema.get("prefixItems", ())]):
        return None
    return ParameterKind.MANY if kind_of(inner) is ParameterKind.ONE else ParameterKind.LINES


def _are_single(schemas: Iterable[JsonObject]) -> bool:
    """Whether each of some schemas is of one value: no object, no list."""
    return not {kind_of(schema) for schema in schemas} & {None, *_LISTS}


def fixed_of(schema: JsonObject) -> tuple[object, ...]:
    """The choices that a plain schema leaves, as JSON values; none: any value."""
    if schema.get("type") == "array":
        return fixed_of(schema.get("items", {}))
    return tuple(schema.get("enum", [schema["const"]] if "const" in schema else ()))


def plain(schema: JsonObject, definitions: Mapping[str, JsonObject]) -> JsonObject:
    """A schema with its references followed and `None` taken away."""
    if "$ref" in schema:
        return plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    parts = [part for part in schema.get("anyOf") or schema.get("oneOf") or () if part.get("type") != "null"]
    if len(parts) == 1:
        return plain(parts[0], definitions)
    followed = dict(schema)
    if parts:
        followed["anyOf"] = [plain(part, definitions) for part in parts]
    if isinstance(schema.get("items"), dict):
        followed["items"] = plain(schema["items"], definitions)
    if "prefixItems" in schema:
        followed["prefixItems"] = [plain(part, definitions) for part in schema["prefixItems"]]
    return followed
