"""The parameters of an operation, as forms, commands and checks need to know them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, NaiveDatetime, Secret, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from app.core.db import JsonObject
from app.core.registry.controls import ParameterKind, fixed_of, kind_of, plain

WHOLE = "parameters"  # under which a message stands that is about no single field
KEPT = 512  # models


@dataclass(frozen=True)
class Parameter:
    """One field of a parameter model.

    Attributes:
        schema: its JSON schema, `None` taken away.
        kind: how it is asked for; none: it cannot be.
        fixed: choices that the model declares, as JSON values.
        default: as a JSON value; none when it is required.
    """

    name: str
    label: str
    help: str
    schema: JsonObject
    kind: ParameterKind | None
    fixed: tuple[object, ...]
    default: object
    required: bool

    @property
    def is_list(self) -> bool:
        """Whether it holds any number of values."""
        return self.kind in {ParameterKind.LINES, ParameterKind.MANY}

    def read(self, texts: Sequence[str]) -> object:
        """The raw value of what somebody typed or chose; validation is the model's business.

        Args:
            texts: one text, or one for each value of a list; each may hold several lines of it.
        """
        if self.is_list:
            lines = [line.strip() for text in texts for line in text.splitlines()]
            return [self._one(line) for line in lines if line]
        return self._one(texts[-1].strip())

    def _one(self, text: str) -> object:
        if self.kind is ParameterKind.MOMENT:
            return _in_utc(text)
        return next((choice for choice in self.fixed if str(choice) == text), text)


def parameters_of(model: type[BaseModel], chosen: Collection[str] = ()) -> list[Parameter]:
    """A model's parameters in its order.

    Args:
        model: of an operation.
        chosen: names of those whose choices come from the tenant's data.

    Raises:
        PydanticUserError: the model holds something that JSON cannot say.
    """
    whole = _schema_of(model)
    definitions, described = whole.get("$defs", {}), whole.get("properties", {})
    return [
        _parameter(name, info, plain(described[name], definitions), is_chosen=name in chosen)
        for name, info in model.model_fields.items()
    ]


@lru_cache(KEPT)
def _schema_of(model: type[BaseModel]) -> JsonObject:
    """Asked for with every form and several times while plugins are loaded; nobody changes it."""
    return model.model_json_schema(by_alias=False)


def messages_of(error: ValidationError) -> dict[str, str]:
    """What a model says of wrong values, by field; of a list, with the number of the value."""
    found: dict[str, list[str]] = {}
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        field, *inner = problem["loc"] or (WHOLE,)
        place = next((f"value {number + 1}: " for number in inner if isinstance(number, int)), "")
        said = place + problem["msg"].removeprefix("Value error, ")
        found.setdefault(str(field), []).append(said)
    return {field: "; ".join(dict.fromkeys(said)) for field, said in found.items()}


def listed(value: object) -> Sequence[object]:
    """The values of a list, or the one there is."""
    return value if isinstance(value, list) else [value]


def default_of(info: FieldInfo) -> object:
    """What a field is when nobody says; none: it must be said, or follows from other fields."""
    if info.default_factory_takes_validated_data:
        return None
    default: object = info.get_default(call_default_factory=True)
    return None if default is PydanticUndefined else default


def holds_secret(info: FieldInfo) -> bool:
    """Whether a field's type keeps its value from being shown."""
    return _mentions(info.annotation, (SecretStr, SecretBytes, Secret))


def holds_naive_moment(info: FieldInfo) -> bool:
    """Whether a field refuses moments that say their zone."""
    return _mentions(info.annotation, (NaiveDatetime,))


def _parameter(name: str, info: FieldInfo, schema: JsonObject, *, is_chosen: bool) -> Parameter:
    kind, fixed = kind_of(schema), fixed_of(schema)
    if is_chosen and kind is not None:
        kind = ParameterKind.MANY if kind is ParameterKind.LINES else ParameterKind.ONE
    return Parameter(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        schema=schema,
        kind=kind,
        fixed=fixed,
        default=to_jsonable_python(default_of(info), fallback=str),
        required=info.is_required(),
    )


def _mentions(annotation: Any, kinds: tuple[type, ...]) -> bool:  # noqa: ANN401 - an annotation may be anything
    plain_type = get_origin(annotation) or annotation
    if isinstance(plain_type, type) and issubclass(plain_type, kinds):
        return True
    return any(_mentions(part, kinds) for part in get_args(annotation))


def _in_utc(text: str) -> str:
    """A moment without a zone, as a form's control gives it, is one in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is not None else moment.replace(tzinfo=UTC).isoformat()
