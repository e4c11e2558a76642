"""What a poll of the hub compares: values of one row or one index seek each."""

from sqlalchemy import Integer, and_, bindparam, case, func, null, select

from app.core.db import database_now, table_of
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.statements import constant
from app.core.web.polling import Version, joined
from app.monitoring.pause import PATIENCE
from app.monitoring.waiting import wait_in_vain

ZERO, ONE, WORKS = map(constant, (0, 1, "works"))

_runs = table_of(BulkOperationRun)
_tenant, _run = Version.tenant.c.id, bindparam("run_id", type_=Integer())
_ours = _runs.c.tenant_id == _tenant
_newest = select(_runs.c.id).where(_ours).order_by(_runs.c.created_at.desc(), _runs.c.id.desc()).limit(1)
# One that was not taken for a while is asked for less often from then on.
_lately = select(database_now(-PATIENCE.total_seconds())).scalar_subquery()  # asked once, not for each run
_moves = case(
    (_runs.c.status == constant(RunStatus.RUNNING), ONE),
    (and_(_runs.c.status == constant(RunStatus.PENDING), _runs.c.created_at > _lately), ONE),
    else_=ZERO,
)
# Every write raises a run's version; one that begins or ends to live changes how many there are, and which.
_live = select(
    joined(
        func.count(),
        func.coalesce(func.sum(_runs.c.version), ZERO),
        func.coalesce(func.sum(_runs.c.id), ZERO),
        func.coalesce(func.sum(_moves), ZERO),
    )
).where(_ours, LIVE_PREDICATE)

LIST_VERSION = Version(
    func.coalesce(_newest.scalar_subquery(), ZERO),
    _live.scalar_subquery(),
    # How long nobody has worked changes by itself. Within the sums it would be asked for each run.
    case((wait_in_vain(_tenant), null()), else_=WORKS),
)
RUN_VERSION = Version(
    select(joined(_runs.c.version, _moves)).where(_ours, _runs.c.id == _run).scalar_subquery(),
    case((wait_in_vain(_tenant, _run), null()), else_=WORKS),
)
