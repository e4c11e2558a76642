"""A pending run as a worker looks at it before it claims it: one narrow row."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from app.core.db import JsonObject, db, reading
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant


@dataclass(frozen=True)
class ReadyRun:
    """What does not change any more, or not while it is pending."""

    id: int
    tenant: Tenant
    resource: str
    action: str
    plugin: str
    params: JsonObject
    resumable: bool
    idempotent_items: bool
    items_listed: bool
    succeeded: int
    skipped: int

    @property
    def run_type(self) -> str:
        """`resource.action`."""
        return f"{self.resource}.{self.action}"

    @property
    def has_good_items(self) -> bool:
        """Whether an earlier attempt has done something that did not fail."""
        return self.succeeded + self.skipped > 0


_run = BulkOperationRun
_READY = (
    select(
        _run.id,
        Tenant,
        _run.resource,
        _run.action,
        _run.plugin,
        _run.params,
        _run.resumable,
        _run.idempotent_items,
        _run.items_listed,
        _run.succeeded,
        _run.skipped,
    )
    .join(Tenant, Tenant.id == _run.tenant_id)
    .where(_run.id == bindparam("run_id"), _run.status == RunStatus.PENDING)
)


def ready_run(run_id: int) -> ReadyRun | None:
    """A run that waits for a worker, or nothing; leaves no transaction open."""
    with reading():
        row = db.session.execute(_READY, {"run_id": run_id}).one_or_none()
        db.session.commit()
    if row is None:
        return None
    ready = ReadyRun(*row)
    # Apart from the session: after a rollback, a look at its slug would open a transaction that nobody ends.
    db.session.expunge(ready.tenant)
    return ready
