"""The one generic task: claim a run, call its operation, end it once."""

import logging
from collections.abc import Collection
from itertools import islice

from flask import current_app
from pydantic import BaseModel

from app.core import clock, queue
from app.core.db import db, is_away, reading
from app.core.errors import (
    InvalidParametersError,
    LeaseLostError,
    RunAbortedError,
    RunFailedError,
    RunInterruptedError,
)
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import AnyOperation, NoParams
from app.core.runs import heartbeat, lifecycle, queries, workers
from app.core.runs.closing import close, hand_back
from app.core.runs.context import UNEXPECTED, ExecutingRun, unexpected_reason
from app.core.runs.lease import ClaimedRun
from app.core.runs.parameters import validated
from app.core.runs.status import RunStatus
from app.core.runs.tally import unique_items
from app.core.tenants import Tenant

UNAVAILABLE = "operation_unavailable"
STOPPING_PAUSE = 0.2  # seconds, so that a worker that is being stopped does not ring for itself
LISTED_AT_ONCE = 1000  # items a transaction
DATABASE_AWAY = "The database could not be reached or written; the run goes on when it can."

logger = logging.getLogger(__name__)


def execute_run(run_id: int) -> None:
    """Execute a pending run in this process; a run that is not pending is left alone.

    Never raises for what an operation does, or for a database that is away: every end is written on the run,
    or left to the rescue.
    """
    if heartbeat.is_stopping():
        clock.pause(STOPPING_PAUSE)
        queue.ring(run_id)
        return
    try:
        _execute(run_id)
    except Exception as error:
        db.session.rollback()
        if not is_away(error):
            raise
        logger.warning("run %s: the database is away; the rescue will see to it", run_id)


def _execute(run_id: int) -> None:
    catalog = current_catalog()
    offered = catalog.run_types
    seconds = current_app.config["LEASE_SECONDS"]
    claimed = lifecycle.claim(run_id, heartbeat.worker_name(), seconds, offered=offered)
    if claimed is None:
        _refuse_unavailable(run_id)
        return
    _hold(claimed, catalog.operation(claimed.run_type))
    if claimed.concurrency is not None:
        _ring_next(claimed.tenant, offered[claimed.run_type])


def _refuse_unavailable(run_id: int) -> None:
    """A run type this process does not know: another worker may; if none does, the run ends."""
    with reading():
        waiting = queries.waiting_run(run_id)
        offered = workers.live_run_types() | set(current_catalog().run_types)
        db.session.commit()
    if waiting is not None and waiting.run_type not in offered:
        reason = f"No loaded plugin offers {waiting.run_type}; is {waiting.plugin} installed?"
        lifecycle.fail_unclaimed(run_id, UNAVAILABLE, reason)


def _hold(claimed: ClaimedRun, operation: AnyOperation) -> None:
    context: ExecutingRun[BaseModel] = ExecutingRun(
        claimed,
        claimed.tenant,
        NoParams(),
        announces_items=not claimed.idempotent_items,
        breaker=None if claimed.has_good_items else operation.breaker,
        max_runtime=claimed.max_runtime,
        is_stopping=lambda: claimed.resumable and heartbeat.is_stopping(),
    )
    with heartbeat.kept_alive(context.progress):
        try:
            status = _work(context, operation, claimed)
        except LeaseLostError:
            db.session.rollback()
            logger.warning("run %s: lease lost, nothing more is written", context.id)
        except RunInterruptedError:
            hand_back(context, "Its worker was stopped.")
        except KeyboardInterrupt:
            hand_back(context, "Its process was interrupted.")
            raise
        except _DatabaseAwayError:
            hand_back(context, DATABASE_AWAY, is_charged=True)
        else:
            close(context, operation, status, claimed.params)


class _DatabaseAwayError(Exception):
    """The operation met a database that cannot be used just now."""


def _work(context: ExecutingRun[BaseModel], operation: AnyOperation, claimed: ClaimedRun) -> RunStatus:
    """Call the operation; its failure is reported on the context.

    Returns:
        How the run ends.
    """
    try:
        context.params = validated(operation, claimed.params)
        if not claimed.items_listed:
            _list_items(context, operation)
        operation.perform(context)
        db.session.commit()
        return RunStatus.COMPLETED
    except (LeaseLostError, RunInterruptedError):
        raise
    except RunAbortedError:
        context.report("aborted", "Stopped on request.")
        return RunStatus.ABORTED
    except RunFailedError as failure:
        context.report(failure.reason_code, failure.reason)
    except InvalidParametersError as error:
        context.report("invalid_parameters", f"Parameters do not fit this version of the operation: {error}")
    except (Exception, SystemExit) as error:
        if is_away(error):
            logger.warning("run %s: %s", context.id, DATABASE_AWAY)
            raise _DatabaseAwayError from error
        logger.exception("run %s failed unexpectedly", context.id)
        context.report(UNEXPECTED, unexpected_reason(error))
    return RunStatus.FAILED


def _list_items(context: ExecutingRun[BaseModel], operation: AnyOperation) -> None:
    """Write the items of a long list to the ledger, a batch at a time, none kept.

    Two application contexts, so two sessions: a query that the operation streams from outlives our commits.
    """
    if operation.items is None:
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    with app.app_context():
        with reading():
            ids = iter(operation.items(context.tenant, context.params))
            batch = list(islice(ids, LISTED_AT_ONCE))
        while batch:
            with app.app_context():
                context.progress.list_ahead(unique_items(batch))
                context.checkpoint()
            with reading():
                batch = list(islice(ids, LISTED_AT_ONCE))
    lifecycle.note_listed(context.lease)


def _ring_next(tenant: Tenant, run_types: Collection[str]) -> None:
    with reading():
        next_id = queries.first_pending(tenant, run_types)
        db.session.commit()
    if next_id is not None:
        queue.ring(next_id)
