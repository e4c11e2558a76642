"""The last writes of an executing run, insisted on while the database is away."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, g
from pydantic import BaseModel

from app.core import clock, queue
from app.core.db import JsonObject, db, is_away
from app.core.errors import LeaseLostError
from app.core.redaction import safe_reason
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import AnyOperation
from app.core.registry.running import RunFacts
from app.core.runs import heartbeat, lifecycle
from app.core.runs.context import UNEXPECTED, ExecutingRun, unexpected_reason
from app.core.runs.findings import NEW_FINDINGS
from app.core.runs.new_run import NewRun
from app.core.runs.parameters import accepted
from app.core.runs.start import new_run
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally, failure_entry
from app.core.severity import Severity, counted
from app.core.tenants import Tenant

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between tries

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Finished:
    """A run as its related links and followers are asked for."""

    id: int
    tenant: Tenant
    params: JsonObject
    summary: JsonObject


def close(
    context: ExecutingRun[BaseModel], operation: AnyOperation, status: RunStatus, params: JsonObject
) -> None:
    """End a run whose operation has returned or failed, start what follows it, and ring for that."""
    if status is not RunStatus.COMPLETED:
        db.session.rollback()
    facts = _Finished(context.id, context.tenant, params, context.summary)
    links, links_fault = _links(operation, facts)
    if operation.new_findings is not None:
        context.summary |= _new_findings(operation.new_findings, facts)
    followers = _followers(operation, facts) if status is RunStatus.COMPLETED else []
    tally = context.progress.take()
    try:
        started = _insist(
            context,
            lambda: lifecycle.finish(
                context.lease,
                status,
                tally,
                summary=context.summary,
                related_links=links,
                links_fault=links_fault,
                follow_ups=followers,
            ),
        )
    except Exception as error:
        if is_away(error):
            raise
        logger.exception("run %s: its end cannot be written", context.id)
        _fail_plainly(context, tally, error)
        return
    for run_id in started or []:
        queue.ring(run_id)


def hand_back(context: ExecutingRun[BaseModel], said: str, *, is_charged: bool = False) -> None:
    """Release the lease of a run that another worker shall resume, and ring for it."""
    db.session.rollback()
    tally = context.progress.take()
    is_pending = _insist(
        context, lambda: lifecycle.give_back(context.lease, tally, said, is_charged=is_charged)
    )
    if is_pending:
        queue.ring(context.id)


def _insist(context: ExecutingRun[BaseModel], write: Callable[[], T]) -> T | None:
    """Repeat a write while the database is away: what was done must not be forgotten.

    Returns:
        What the write answers; nothing when the lease was lost.

    Raises:
        DBAPIError: the process is being stopped and the database is still away.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return write()
        except LeaseLostError:
            db.session.rollback()
            logger.warning("run %s: lease lost, nothing more is written", context.id)
            return None
        except Exception as error:
            db.session.rollback()
            if not is_away(error) or heartbeat.is_stopping():
                raise
            logger.warning("run %s: the database is away; its end is written when it is back", context.id)
        clock.pause(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _fail_plainly(context: ExecutingRun[BaseModel], tally: Tally, error: Exception) -> None:
    """End a run whose facts, links or followers cannot be stored: its items are counted all the same."""
    tally.reports.append(failure_entry(UNEXPECTED, unexpected_reason(error)))
    _insist(context, lambda: lifecycle.finish(context.lease, RunStatus.FAILED, tally))


def _links(operation: AnyOperation, facts: _Finished) -> tuple[Sequence[Mapping[str, str]], str | None]:
    """Related links as stored, and why there are none: a resolver that fails costs them, not the run."""
    if operation.related_links is None:
        return [], None
    try:
        with current_app.test_request_context():
            g.tenant = facts.tenant
            links = operation.related_links(facts)
            return [
                {"label": safe_reason(link.label, 120), "url": link.url}
                for link in links
                if is_local(link.url)
            ], None
    except Exception as error:
        logger.exception("run %s: related links of %s cannot be resolved", facts.id, operation.run_type)
        db.session.rollback()
        return [], f"Links to what it made: {unexpected_reason(error)}"


def _new_findings(ask: Callable[[RunFacts], Mapping[Severity, int]], facts: _Finished) -> JsonObject:
    """What the operation says it found, for the summary; one that cannot say costs these figures only."""
    try:
        found = counted({severity.value: count for severity, count in ask(facts).items()})
    except Exception:
        logger.exception("run %s: its new findings cannot be counted", facts.id)
        found = {}
    db.session.rollback()
    return {NEW_FINDINGS: found}


def _followers(operation: AnyOperation, facts: _Finished) -> list[NewRun]:
    """What other operations want started after this run; one that cannot say costs the follower only."""
    catalog = current_catalog()
    found = []
    for other in catalog.operations.values():
        wanted = next((other.follows[name] for name in operation.run_types if name in other.follows), None)
        if wanted is None:
            continue
        try:
            params = wanted(facts)
            if params is not None:
                checked = accepted(other, facts.tenant, params)
                found.append(new_run(catalog, other, facts.tenant, checked, caused_by_id=facts.id))
        except Exception:
            logger.exception("run %s: %s cannot follow it", facts.id, other.run_type)
    db.session.rollback()
    return found


def is_local(url: str) -> bool:
    """Whether a URL is a path on this site."""
    return url.startswith("/") and not url.startswith("//") and "\\" not in url
