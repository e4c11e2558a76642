"""Whether raw parameters may start an operation in a tenant."""

import logging
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from app.core.db import db, is_away
from app.core.errors import InvalidParametersError, TenantAtlasError
from app.core.registry.contract import AnyOperation, Choice
from app.core.registry.parameters import default_of, listed, messages_of
from app.core.tenants import Tenant

TOLD = 3  # wrong values that a message names

logger = logging.getLogger(__name__)


def validated(operation: AnyOperation, params: Mapping[str, object]) -> BaseModel:
    """Parameters as the operation's model; the tenant's choices are not looked at.

    Raises:
        InvalidParametersError: messages by field.
    """
    try:
        checked = operation.params.model_validate(dict(params))
    except ValidationError as error:
        raise InvalidParametersError(messages_of(error)) from None
    if not isinstance(checked, BaseModel):
        raise TypeError(operation.run_type)
    return checked


def accepted(operation: AnyOperation, tenant: Tenant, params: Mapping[str, object]) -> BaseModel:
    """Parameters with which the operation may be started in a tenant.

    A parameter that has choices there is one of them, or its own default.

    Raises:
        InvalidParametersError: messages by field.
    """
    checked = validated(operation, params)
    said = {name: _refusal(operation, tenant, name, checked) for name in operation.choices}
    if problems := {name: text for name, text in said.items() if text is not None}:
        raise InvalidParametersError(problems)
    return checked


def permit(operation: AnyOperation, tenant: Tenant, params: Mapping[str, object]) -> None:
    """Pass, or refuse parameters that a person gave past the pages which would not have offered them.

    Raises:
        InvalidParametersError: messages by field.
        InvalidInputError: the operation lets nobody but an administrator ask for that.
    """
    if operation.permits is not None:
        operation.permits(tenant, validated(operation, params))


def choices_of(operation: AnyOperation, tenant: Tenant, name: str) -> Sequence[Choice]:
    """What a parameter may be in a tenant; asks the plugin.

    Raises:
        InvalidParametersError: the plugin cannot say.
    """
    try:
        return [Choice(str(found.value), str(found.label)) for found in operation.choices[name](tenant)]
    except TenantAtlasError as error:
        raise InvalidParametersError({name: str(error)}) from error
    except (Exception, SystemExit) as error:
        if is_away(error):
            raise
        logger.exception("%s: the choices for %s cannot be listed", operation.run_type, name)
        db.session.rollback()
        said = "The choices cannot be listed just now; the log has the details."
        raise InvalidParametersError({name: said}) from error


def _refusal(operation: AnyOperation, tenant: Tenant, name: str, params: BaseModel) -> str | None:
    """Why a value is not taken; nothing: it is."""
    value = getattr(params, name)
    if value is None or value == default_of(operation.params.model_fields[name]):
        return None
    values = [str(one) for one in listed(to_jsonable_python(value))]
    try:
        offered = {choice.value for choice in choices_of(operation, tenant, name)}
    except InvalidParametersError as error:
        return error.errors[name]
    wrong = [repr(one[:80]) for one in dict.fromkeys(values) if one not in offered]
    return f"not among the choices: {', '.join(wrong[:TOLD])}" if wrong else None
