"""The one generic task: claim a run, call its operation, end it once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, g
from pydantic import BaseModel

from app.core.db import JsonObject, db
from app.core.errors import (
    InvalidParametersError,
    LeaseLostError,
    RunAbortedError,
    RunFailedError,
    UnknownRunTypeError,
)
from app.core.redaction import safe_reason
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import AnyOperation, NoParams
from app.core.runs import heartbeat, lifecycle
from app.core.runs.context import UNEXPECTED, ExecutingRun, unexpected_reason
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import validated
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant, tenant_by_id

UNAVAILABLE = "operation_unavailable"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Finished:
    """A run as its related links are asked for."""

    id: int
    tenant: Tenant
    params: JsonObject
    summary: JsonObject


def execute_run(run_id: int) -> None:
    """Execute a pending run in this process; a run that is not pending is left alone.

    Never raises for what an operation does: every end is written on the run.
    """
    run = db.session.get(BulkOperationRun, run_id, populate_existing=True)
    if run is None or run.status != RunStatus.PENDING:
        db.session.commit()
        return
    try:
        operation = current_catalog().operation(run.run_type)
    except UnknownRunTypeError:
        lifecycle.fail_unclaimed(
            run_id, UNAVAILABLE, f"No loaded plugin offers {run.run_type}; is {run.plugin} installed?"
        )
        return
    db.session.commit()
    lease = lifecycle.claim(run_id, heartbeat.worker_name(), current_app.config["LEASE_SECONDS"])
    if lease is not None:
        with heartbeat.kept_alive(lease):
            _work(lease, operation)


def _work(lease: Lease, operation: AnyOperation) -> None:
    run = db.session.get_one(BulkOperationRun, lease.run_id, populate_existing=True)
    tenant, params, items = tenant_by_id(run.tenant_id), run.params, run.item_ids
    db.session.commit()
    # Apart from the session: after a rollback, a look at its slug would open a transaction that nobody ends.
    db.session.expunge(tenant)
    context: ExecutingRun[BaseModel] = ExecutingRun(lease, tenant, NoParams(), items)
    try:
        context.params = validated(operation, params)
        operation.execute(context)
        status = RunStatus.COMPLETED
    except LeaseLostError:
        _let_go(lease)
        return
    except RunAbortedError:
        status = RunStatus.ABORTED
        context.report("aborted", "Stopped on request.")
    except RunFailedError as failure:
        status = RunStatus.FAILED
        context.report(failure.reason_code, failure.reason)
    except InvalidParametersError as error:
        status = RunStatus.FAILED
        context.report("invalid_parameters", f"Parameters do not fit this version of the operation: {error}")
    except (Exception, SystemExit) as error:
        logger.exception("run %s failed unexpectedly", lease.run_id)
        status = RunStatus.FAILED
        context.report(UNEXPECTED, unexpected_reason(error))
    _finish(context, operation, status, params)


def _finish(
    context: ExecutingRun[BaseModel], operation: AnyOperation, status: RunStatus, params: JsonObject
) -> None:
    if status is not RunStatus.COMPLETED:
        db.session.rollback()
    tally, expected = context.take()
    facts = _Finished(context.id, context.tenant, params, context.summary)
    try:
        links = _links(operation, facts)
        lifecycle.finish(
            context.lease, status, tally, expected=expected, summary=context.summary, related_links=links
        )
    except LeaseLostError:
        _let_go(context.lease)


def _links(operation: AnyOperation, facts: _Finished) -> Sequence[Mapping[str, str]]:
    """Related links as stored; a resolver that fails costs the links, not the run."""
    if operation.related_links is None:
        return []
    try:
        with current_app.test_request_context():
            g.tenant = facts.tenant
            links = operation.related_links(facts)
            return [
                {"label": safe_reason(link.label, 120), "url": link.url}
                for link in links
                if is_local(link.url)
            ]
    except Exception:
        logger.exception("run %s: related links of %s cannot be resolved", facts.id, operation.run_type)
        return []


def is_local(url: str) -> bool:
    """Whether a URL is a path on this site."""
    return url.startswith("/") and not url.startswith("//") and "\\" not in url


def _let_go(lease: Lease) -> None:
    db.session.rollback()
    logger.warning("run %s: lease lost, nothing more is written", lease.run_id)
