"""The limits of a parameter that HTML can say; the model has the last word on all."""

import re

from app.core.db import JsonObject
from app.core.registry.controls import ParameterKind
from app.core.registry.parameters import Parameter

# What both pydantic and browsers read alike; a browser gets no other pattern, the server has the last word.
_PLAIN_PATTERN = re.compile(
    r"\^(?:\[(?:[\w.: ]|(?<=\w)-(?=\w))+\]|[\w: .]|\\\.|[*+?]|\{\d+(?:,\d*)?\}|\((?!\?)|\))+\$", re.ASCII
)


def limits_of(parameter: Parameter) -> JsonObject:
    """Attributes of a parameter's control."""
    match parameter.kind:
        case ParameterKind.NUMBER:
            return _bounds(parameter.schema)
        case ParameterKind.TEXT:
            return _lengths(parameter.schema)
        case ParameterKind.SECRET:
            return _lengths(parameter.schema) | {"autocomplete": "new-password"}
        case ParameterKind.MOMENT | ParameterKind.TIME:
            return {"step": "any"}
    return {}


def _bounds(schema: JsonObject) -> JsonObject:
    is_whole = schema["type"] == "integer"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    limits = {
        "min": schema.get("minimum", above + 1 if is_whole and above is not None else above),
        "max": schema.get("maximum", below - 1 if is_whole and below is not None else below),
        "step": 1 if is_whole else "any",
    }
    return {name: limit for name, limit in limits.items() if limit is not None}


def _lengths(schema: JsonObject) -> JsonObject:
    pattern = schema.get("pattern", "")
    lengths = {
        "minlength": schema.get("minLength"),
        "maxlength": schema.get("maxLength"),
        "pattern": pattern if _PLAIN_PATTERN.fullmatch(pattern) else None,
    }
    return {name: limit for name, limit in lengths.items() if limit is not None}
