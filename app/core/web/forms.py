"""Start forms made from an operation's parameters: fields to show, and raw values read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from app.core.errors import InvalidParametersError
from app.core.registry.contract import AnyOperation
from app.core.registry.controls import ParameterKind
from app.core.registry.parameters import Parameter, listed, parameters_of
from app.core.runs.parameters import choices_of
from app.core.tenants import Tenant
from app.core.web.limits import limits_of

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FormField:
    """One field as the template draws it.

    Attributes:
        type: a type of `ui.field`.
        choices: (value, label) of a select.
        attributes: further ones of its control.
    """

    name: str
    label: str
    help: str
    type: str
    value: object
    choices: Pairs
    error: str | None
    required: bool
    attributes: Mapping[str, object] = field(default_factory=dict)


def fields_of(
    model: type[BaseModel],
    values: Mapping[str, object] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FormField]:
    """A form's fields in the model's order, filled with `values` and marked with `errors`."""
    return [
        _drawn(parameter, (values or {}).get(parameter.name), (errors or {}).get(parameter.name))
        for parameter in parameters_of(model)
    ]


def values_from(model: type[BaseModel], form: MultiDict[str, str]) -> dict[str, object]:
    """Raw values of a submitted form: an empty field is as if it were not there."""
    return _read(parameters_of(model), form)


def start_fields(
    operation: AnyOperation,
    tenant: Tenant,
    values: Mapping[str, object] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FormField]:
    """The fields of an operation's parameters, with the choices there are in a tenant.

    Asks the plugin for them; where it cannot say, the field does.
    """
    fields = []
    for parameter in parameters_of(operation.params, operation.choices):
        name = parameter.name
        drawn = _drawn(parameter, (values or {}).get(name), (errors or {}).get(name))
        fields.append(_offering(drawn, operation, tenant, parameter) if name in operation.choices else drawn)
    return fields


def start_values(operation: AnyOperation, form: MultiDict[str, str]) -> dict[str, object]:
    """Raw parameters from a form of `start_fields`."""
    return _read(parameters_of(operation.params, operation.choices), form)


def _read(parameters: Iterable[Parameter], form: MultiDict[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for parameter in parameters:
        texts = form.getlist(parameter.name)
        if parameter.kind is ParameterKind.SWITCH:
            values[parameter.name] = bool(texts)
        elif parameter.is_list or any(text.strip() for text in texts):
            values[parameter.name] = parameter.read(texts)
    return values


def _drawn(parameter: Parameter, value: object, error: str | None) -> FormField:
    return FormField(
        name=parameter.name,
        label=parameter.label,
        help=parameter.help,
        type=parameter.kind or ParameterKind.TEXT,
        value=_shown(parameter, parameter.default if value is None else value),
        choices=[(str(choice), str(choice).replace("_", " ")) for choice in parameter.fixed],
        error=error,
        required=parameter.required,
        attributes=limits_of(parameter),
    )


def _offering(drawn: FormField, operation: AnyOperation, tenant: Tenant, parameter: Parameter) -> FormField:
    """A field with the tenant's choices."""
    try:
        offered = choices_of(operation, tenant, drawn.name)
    except InvalidParametersError as error:
        return replace(drawn, choices=_former(parameter, (), drawn.value), error=error.errors[drawn.name])
    said = drawn.help if offered else f"{drawn.help} There is nothing to choose from yet.".strip()
    pairs = [(choice.value, choice.label) for choice in offered]
    return replace(drawn, help=said, choices=[*_former(parameter, pairs, drawn.value), *pairs])


def _former(parameter: Parameter, offered: Pairs, shown: object) -> Pairs:
    """What was chosen before and is no choice any more: to be seen, not silently changed."""
    known = {"", *(value for value, _ in offered)}
    defaults = set(map(str, listed(parameter.default)))
    gone = [value for value in map(str, listed(shown)) if value not in known]
    return [(value, value if value in defaults else f"{value} (no longer there)") for value in gone]


def _shown(parameter: Parameter, value: object) -> object:
    """A value as its control holds it."""
    if parameter.kind is ParameterKind.SECRET:
        return ""
    if value is None:
        return [] if parameter.is_list else ""
    if parameter.kind is ParameterKind.MOMENT:
        return _without_zone(str(value))
    return value


def _without_zone(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="minutes" if moment.second == 0 else "seconds")
