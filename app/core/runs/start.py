"""Starting an operation: check, insert once, ring."""

from collections.abc import Callable, Generator, Mapping
from itertools import islice

from pydantic import BaseModel

from app.core import queue
from app.core.access import require_role
from app.core.redaction import safe_inputs
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation
from app.core.runs import lifecycle
from app.core.runs.account import ITEM_IDS_KEPT
from app.core.runs.new_run import Initiator, NewRun, Started
from app.core.runs.parameters import accepted
from app.core.runs.tally import unique_items
from app.core.tenants import Tenant
from app.core.users import User


def start_operation(
    catalog: Catalog,
    tenant: Tenant,
    run_type: str,
    params: Mapping[str, object],
    user: User | None = None,
    *,
    initiator: str | None = None,
    together: Callable[[int], None] | None = None,
) -> Started:
    """Start an operation, or find the equal one that is active already.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        run_type: which.
        params: raw parameters; validated by the operation's model and the tenant's choices.
        user: who; none: the administrator on the command line.
        initiator: the name of a part of the product that starts it, when no person does.
        together: writes more in the start's transaction, just before its commit; what it raises undoes the
            start. Not called when an equal run is active.

    Raises:
        UnknownRunTypeError: no loaded plugin offers the run type.
        InvalidParametersError: parameters do not fit; messages by field.
        PermissionDeniedError: the user's role is too low.
    """
    operation = catalog.operation(run_type)
    if user is not None:
        require_role(user, tenant, operation.role)
    checked = accepted(operation, tenant, params)
    by = Initiator(initiator) if initiator is not None else Initiator.of(user)
    return start_new(tenant, new_run(catalog, operation, tenant, checked), by, together=together)


def start_new(
    tenant: Tenant,
    new: NewRun,
    initiator: Initiator,
    *,
    together: Callable[[int], None] | None = None,
) -> Started:
    """Insert what was checked already, and ring when it is new."""
    started = lifecycle.start(tenant.id, new, initiator, together=together)
    if started.created:
        queue.ring(started.run_id)
    return started


def new_run(
    catalog: Catalog,
    operation: AnyOperation,
    tenant: Tenant,
    params: BaseModel,
    *,
    caused_by_id: int | None = None,
) -> NewRun:
    """Everything a start of an operation writes; asks the operation for its key, items and shown inputs."""
    plugin = catalog.plugin_of(operation.run_type)
    values = params.model_dump(mode="json")
    shown = operation.shown_inputs(tenant, params) if operation.shown_inputs else values
    item_ids, is_all = _first_items(operation, tenant, params)
    return NewRun(
        run_type=operation.run_type,
        label=operation.label,
        plugin=plugin.name,
        plugin_version=plugin.version,
        params=values,
        shown_inputs=safe_inputs(shown),
        item_ids=item_ids if is_all else (),
        items_listed=is_all,
        idempotency_key=operation.key_for(tenant, params),
        resumable=operation.resumable,
        idempotent_items=operation.idempotent_items,
        max_attempts=operation.max_attempts,
        max_runtime=operation.max_runtime.total_seconds() if operation.max_runtime else None,
        concurrency=operation.concurrency,
        retention=int(operation.retention.total_seconds()) if operation.retention else None,
        caused_by_id=caused_by_id,
    )


def _first_items(operation: AnyOperation, tenant: Tenant, params: BaseModel) -> tuple[list[str], bool]:
    """The first item ids, and whether these are all: more than fit on the run are listed by the worker."""
    if operation.items is None:
        return [], True
    ids = operation.items(tenant, params)
    first = list(islice(ids, ITEM_IDS_KEPT + 1))
    if isinstance(ids, Generator):
        ids.close()  # at once, not when somebody collects it: it may hold a query open
    return list(unique_items(first)), len(first) <= ITEM_IDS_KEPT
