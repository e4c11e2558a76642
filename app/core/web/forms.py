"""Start forms made from a parameter model: fields to show, and raw values read back."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from werkzeug.datastructures import MultiDict


@dataclass(frozen=True)
class FormField:
    """One field as the template draws it.

    Attributes:
        type: `text`, `number`, `checkbox`, `select` or `textarea` (one value a line).
        choices: (value, label) of a select.
    """

    name: str
    label: str
    help: str
    type: str
    value: object
    choices: tuple[tuple[str, str], ...]
    error: str | None
    required: bool


def fields_of(
    model: type[BaseModel],
    values: Mapping[str, object] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FormField]:
    """A form's fields in the model's order, filled with `values` and marked with `errors`."""
    return [
        _field(name, info, (values or {}).get(name), (errors or {}).get(name))
        for name, info in model.model_fields.items()
    ]


def values_from(model: type[BaseModel], form: MultiDict[str, str]) -> dict[str, object]:
    """Raw values of a submitted form: an empty field is as if it were not there."""
    values: dict[str, object] = {}
    for name, info in model.model_fields.items():
        kind = _kind(info.annotation)
        if kind == "checkbox":
            values[name] = name in form
        elif kind == "textarea":
            values[name] = [line.strip() for line in form.get(name, "").splitlines() if line.strip()]
        elif form.get(name, "").strip():
            values[name] = form[name].strip()
    return values


def _field(name: str, info: FieldInfo, value: object, error: str | None) -> FormField:
    default = "" if info.default in (PydanticUndefined, None) else info.default
    return FormField(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        type=_kind(info.annotation),
        value=default if value is None else value,
        choices=_choices(info.annotation),
        error=error,
        required=info.is_required(),
    )


def _kind(annotation: object) -> str:
    plain = _without_none(annotation)
    if plain is bool:
        return "checkbox"
    if plain in (int, float):
        return "number"
    if _choices(plain):
        return "select"
    return "textarea" if get_origin(plain) in (list, tuple, set, frozenset) else "text"


def _choices(annotation: object) -> tuple[tuple[str, str], ...]:
    plain = _without_none(annotation)
    if get_origin(plain) is Literal:
        return tuple((str(choice), str(choice).replace("_", " ")) for choice in get_args(plain))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple((str(member.value), str(member.value).replace("_", " ")) for member in plain)
    return ()


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not types.NoneType]
        return kinds[0] if len(kinds) == 1 else annotation
    return annotation
