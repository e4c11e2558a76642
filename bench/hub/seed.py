"""Runs by the million, written past the lifecycle."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Insert,
    Integer,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)

from app.core import Role, Tenant
from app.core.db import database_now, db, table_of
from app.core.registry.lineages import upgrade_all
from app.core.runs.counts import EVER, KINDS, RunCount
from app.core.runs.lifecycle.inserting import untouched
from app.core.runs.models import BulkOperationRun
from app.core.runs.workers import WorkerCard, note_worker
from app.core.statements import is_sqlite
from app.core.tenants import create_tenant
from app.core.users import User, create_user, set_membership

EMAIL, PASSWORD = "bench@example.com", "a fictional password"
YEAR = timedelta(days=365)
LIVE = 20  # active runs of each tenant
AT_ONCE = 200_000  # rows a transaction
TYPES = (
    ("inventory", "sync", "Inventory sync"),
    ("drift", "generate", "Drift findings"),
    ("backup_set", "add_policies", "Add policies to a backup set"),
    ("backup_set", "verify", "Verify a backup set"),
    ("license", "report", "License report"),
    ("run", "prune", "Run retention"),
)
INITIATORS = ("system", "harbour@example.com", "quay@example.com", "pier@example.com")

WORKER = WorkerCard(
    id="bench", host="bench", pid=1, version="0", slots=1, plugins={}, run_types=["inventory.sync"]
)

_runs = table_of(BulkOperationRun)


def seed(runs: int, tenants: int) -> tuple[Tenant, User]:
    """Migrate, and add tenants with as many runs each, spread over the last year.

    Args:
        runs: of each tenant.
        tenants: how many.

    Returns:
        The first tenant, and a member of it.
    """
    problems = [f"{name}: {problem}" for name, problem in upgrade_all() if problem]
    assert not problems, problems
    added = [create_tenant(f"bench-{number}") for number in range(1, tenants + 1)]
    member = create_user(EMAIL, PASSWORD)
    set_membership(member, added[0], Role.MANAGER)
    note_worker(WORKER, YEAR.total_seconds())
    for tenant in added:
        for first in range(0, runs, AT_ONCE):
            db.session.execute(_insertion(tenant.id, first, min(first + AT_ONCE, runs), runs))
            db.session.commit()
    _count()
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return added[0], member


def _insertion(tenant_id: int, first: int, end: int, runs: int) -> Insert:
    """Runs `first` to `end` of a tenant, oldest first; what they have in common is the model's default."""
    numbers = select(literal(first).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < end - 1))
    same = untouched() | {"tenant_id": tenant_id, "plugin": "bench", "plugin_version": "1.0.0"}
    columns = {name: literal(value, _runs.c[name].type) for name, value in same.items()}
    columns |= _varied(numbers.c.number, runs)
    return insert(_runs).from_select(list(columns), select(*columns.values()).select_from(numbers))


def _varied(number: ColumnElement[int], runs: int) -> dict[str, ColumnElement[Any]]:
    """What tells runs apart: nine of ten succeeded, the newest live."""
    kind, whose = number % len(TYPES), number % 7 % len(INITIATORS)
    is_live, is_partial, has_failed = number >= runs - LIVE, number % 17 == 0, number % 29 == 0
    age = (runs - cast(number, Float)) * (YEAR.total_seconds() / runs)
    created = database_now(cast(-age, Integer))
    ends = [(has_failed, "failed"), (is_partial, "partially_succeeded")]
    return {
        "resource": _one_of(kind, [resource for resource, _, _ in TYPES]),
        "action": _one_of(kind, [action for _, action, _ in TYPES]),
        "label": _one_of(kind, [label for _, _, label in TYPES]),
        "initiator": _one_of(whose, INITIATORS),
        "status": case((is_live, "pending"), (has_failed, "failed"), else_="completed"),
        "status_bucket": case((is_live, "queued"), *ends, else_="succeeded"),
        "total_items": literal(500),
        "processed_items": case((is_live, 0), else_=500),
        "succeeded": case((is_live, 0), (is_partial, 480), else_=500),
        "failed": case((is_live, 0), (is_partial, 20), else_=0),
        "correlation_id": literal("-"),
        "created_at": created,
        "updated_at": created,
        "ring_at": created,
        "started_at": created,
        "finished_at": case((is_live, null()), else_=created),
    }


def _one_of(number: ColumnElement[int], names: Sequence[str]) -> ColumnElement[str]:
    return case(dict(enumerate(names)), value=number)


def _count() -> None:
    """Count what ended, as the lifecycle would have."""
    created = _runs.c.created_at
    day = func.date(created) if is_sqlite() else cast(func.timezone("UTC", created), Date)
    for counted_on in (literal(EVER, Date()), day):
        kinds = [_runs.c.tenant_id, counted_on.label("day"), *(_runs.c[name] for name in KINDS)]
        ended = select(*kinds, func.count()).where(_runs.c.finished_at.is_not(None)).group_by(*kinds)
        columns = ["tenant_id", "day", *KINDS, "runs"]
        db.session.execute(insert(RunCount).from_select(columns, ended))
