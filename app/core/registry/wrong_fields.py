"""What is wrong with the fields of a model that people fill in: no form, or no safe place."""

from collections.abc import Iterator

from pydantic import BaseModel, RootModel
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from app.core.registry.parameters import Parameter, holds_naive_moment, holds_secret, parameters_of

TAKEN = "csrf_token"  # by every form


def wrong_fields(model: type[BaseModel]) -> Iterator[str]:
    """Problems of a model whose values are stored as they are, in sentences that begin with their names."""
    yield from wrong_shapes(model)
    for name, info in model.model_fields.items():
        if holds_secret(info):
            told = "is a secret, and parameters are stored with each run: keep it in the plugin's settings"
            yield f"{name!r} {told}"


def wrong_shapes(model: type[BaseModel]) -> Iterator[str]:
    """Problems of a model whose values are stored sealed: the same, but it may hold secrets."""
    if issubclass(model, RootModel):
        yield "the model has no named fields"
        return
    try:
        parameters = parameters_of(model)
    except PydanticUserError as error:
        yield f"the model cannot be told as JSON: {str(error).partition(chr(10))[0]}"
        return
    for parameter in parameters:
        info = model.model_fields[parameter.name]
        yield from (f"{parameter.name!r} {problem}" for problem in _wrong_field(parameter, info))


def _wrong_field(parameter: Parameter, info: FieldInfo) -> Iterator[str]:
    if parameter.kind is None:
        yield "holds other fields or lists of lists, which no form can ask for: use single values and lists"
    if holds_naive_moment(info):
        yield "is a moment without a zone, which cannot be stored: use AwareDatetime"
    if info.alias or info.validation_alias:
        yield "has an alias: stored parameters bear the names of the fields"
    if parameter.name == TAKEN:
        yield "has a name that forms use themselves"
