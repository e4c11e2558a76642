"""Starting an operation: check, insert once, ring."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from app.core import queue
from app.core.access import require_role
from app.core.errors import InvalidParametersError
from app.core.redaction import safe_inputs
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation
from app.core.runs import lifecycle
from app.core.runs.new_run import NewRun, Started
from app.core.runs.tally import unique_items
from app.core.tenants import Tenant
from app.core.users import User


def start_operation(
    catalog: Catalog, tenant: Tenant, run_type: str, params: Mapping[str, object], user: User | None = None
) -> Started:
    """Start an operation, or find the equal one that is active already.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        run_type: which.
        params: raw parameters; validated by the operation's model.
        user: who; none: the administrator on the command line.

    Raises:
        UnknownRunTypeError: no loaded plugin offers the run type.
        InvalidParametersError: parameters do not fit; messages by field.
        PermissionDeniedError: the user's role is too low.
    """
    operation = catalog.operation(run_type)
    if user is not None:
        require_role(user, tenant, operation.role)
    checked = validated(operation, params)
    started = lifecycle.start(tenant, _new_run(catalog, operation, tenant, checked), user)
    if started.created:
        queue.ring(started.run.id)
    return started


def validated(operation: AnyOperation, params: Mapping[str, object]) -> BaseModel:
    """Parameters as the operation's model.

    Raises:
        InvalidParametersError: messages by field.
    """
    try:
        checked = operation.params.model_validate(dict(params))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise InvalidParametersError(
            {".".join(map(str, problem["loc"])) or "parameters": problem["msg"] for problem in problems}
        ) from None
    if not isinstance(checked, BaseModel):
        raise TypeError(operation.run_type)
    return checked


def _new_run(catalog: Catalog, operation: AnyOperation, tenant: Tenant, params: BaseModel) -> NewRun:
    plugin = catalog.plugin_of(operation.run_type)
    values = params.model_dump(mode="json")
    shown = operation.shown_inputs(tenant, params) if operation.shown_inputs else values
    return NewRun(
        run_type=operation.run_type,
        label=operation.label,
        plugin=plugin.name,
        plugin_version=plugin.version,
        params=values,
        shown_inputs=safe_inputs(shown),
        item_ids=list(unique_items(operation.items(tenant, params))) if operation.items else (),
        idempotency_key=operation.key_for(tenant, params),
    )
