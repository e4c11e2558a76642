"""What a schedule is asked to be, and whether it can be that."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.db import JsonObject
from app.core.errors import InvalidParametersError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation
from app.core.runs.parameters import accepted, permit
from app.core.schedules.cron import Cron
from app.core.schedules.models import NAME_LENGTH
from app.core.tenants import Tenant
from app.core.users import User

PARAMS = "params."  # what a problem of an operation's own parameter is named with


@dataclass(frozen=True)
class Plan:
    """A schedule as somebody wants it.

    Attributes:
        name: 1 to 80 characters, unique in its tenant.
        run_type: which operation.
        params: raw parameters of it.
        cron: five fields.
        time_zone: IANA name.
    """

    name: str
    run_type: str
    params: Mapping[str, object]
    cron: str
    time_zone: str = "UTC"


@dataclass(frozen=True)
class CheckedPlan:
    """A plan that can be carried out: today's run type, `params` as JSON values of the operation's model."""

    name: str
    run_type: str
    params: JsonObject
    cron: Cron


def checked(catalog: Catalog, tenant: Tenant, plan: Plan, user: User | None) -> CheckedPlan:
    """The plan, if all of it can be used by who plans.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        plan: what, when.
        user: who; none: the administrator on the command line, or the product.

    Raises:
        UnknownRunTypeError: no loaded plugin offers its run type.
        InvalidInputError: the operation lets nobody but an administrator ask for that.
        InvalidParametersError: messages for `name`, `cron`, `time_zone` and `params.<field>`, all at once.
    """
    operation = catalog.operation(plan.run_type)
    name, problems = plan.name.strip(), {}
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        problems["name"] = f"{name[:NAME_LENGTH]!r}: a name has 1 to {NAME_LENGTH} characters, on one line"
    cron, params = _cron(plan, problems), _params(operation, tenant, plan, user, problems)
    if cron is None or params is None or problems:
        raise InvalidParametersError(problems)
    return CheckedPlan(name, operation.run_type, params, cron)


def _cron(plan: Plan, problems: dict[str, str]) -> Cron | None:
    try:
        return Cron.of(plan.cron, plan.time_zone)
    except InvalidParametersError as error:
        problems |= error.errors
        return None


def _params(
    operation: AnyOperation, tenant: Tenant, plan: Plan, user: User | None, problems: dict[str, str]
) -> JsonObject | None:
    try:
        params = accepted(operation, tenant, plan.params).model_dump(mode="json")
        if user is not None:
            permit(operation, tenant, plan.params)
        return params
    except InvalidParametersError as error:
        problems |= {f"{PARAMS}{field}": said for field, said in error.errors.items()}
        return None
