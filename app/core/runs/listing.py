"""Lists of a tenant's runs: narrow rows, never the JSON columns, however many runs there are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, String, UnaryExpression, func, select, type_coerce, union_all

from app.core.db import Ask, read
from app.core.runs.filter import PagePlace, RunFilter, plainly
from app.core.runs.known import LabelledType, labelled_types
from app.core.runs.models import BulkOperationRun
from app.core.statements import constant
from app.core.tenants import Tenant

PAGE = 25
NEWS = 1000  # newer runs that are counted one by one
KEPT = 256  # questions
PARTS = 12  # types and labels that a list reads apart

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = Any  # a row or a named tuple of the columns below, and of `run_type`
Conditions: TypeAlias = list[ColumnElement[bool]]

_run = BulkOperationRun
_LISTED = (
    _run.id,
    _run.resource,
    _run.action,
    _run.label,
    _run.status,
    _run.status_bucket,
    _run.initiator,
    _run.total_items,
    _run.processed_items,
    _run.succeeded,
    _run.failed,
    _run.unknown,
    _run.skipped,
    _run.created_at,
    _run.started_at,
    _run.finished_at,
    (_run.resource + type_coerce(constant("."), String) + _run.action).label("run_type"),
)


def list_runs(tenant: Tenant, wanted: RunFilter, *, limit: int = PAGE, ask: Ask = read) -> Sequence[AnyRow]:
    """Newest first, at most `limit` narrow rows; `status_bucket` and `run_type` are among their fields.

    With `wanted.after`, they are the nearest to that place, still newest first.

    Args:
        tenant: whose.
        wanted: which.
        limit: how many at most.
        ask: reads the rows of a question; one that is put again and again may go a quicker way.
    """
    query = _query(tenant.id, wanted, limit, _found(tenant, wanted, ask))
    if query is None:
        return []
    rows: Sequence[AnyRow] = ask(query)
    return rows[::-1] if wanted.after else rows


def newer_count(
    tenant: Tenant, wanted: RunFilter, place: PagePlace, *, limit: int = NEWS, ask: Ask = read
) -> int:
    """How many matching runs are newer than a place; at most `limit`."""
    newer = replace(wanted, before=None, up_to=None, after=place)
    query = _count(tenant.id, newer, limit, _found(tenant, newer, ask))
    return 0 if query is None else int(ask(query)[0][0])


def _found(tenant: Tenant, wanted: RunFilter, ask: Ask) -> Sequence[LabelledType]:
    return tuple(labelled_types(tenant, wanted.words, ask=ask)) if wanted.words else ()


@lru_cache(KEPT)
def _count(tenant_id: int, wanted: RunFilter, limit: int, found: Sequence[LabelledType]) -> AnySelect | None:
    query = _query(tenant_id, wanted, limit, found)
    return None if query is None else select(func.count()).select_from(query.subquery())


@lru_cache(KEPT)
def _query(tenant_id: int, wanted: RunFilter, limit: int, found: Sequence[LabelledType]) -> AnySelect | None:
    """The page of parts that have no run in common and are each served by one index; nothing: of none.

    Whoever polls asks the same again: to put the question costs as much as to answer it.
    """
    common = list(plainly(tenant_id, wanted))
    pages = [
        select(*_LISTED).where(*common, *part).order_by(*_order(_run, wanted)).limit(limit)
        for part in _parts(wanted, found)
    ]
    return _merged(pages, wanted, limit) if len(pages) > 1 else next(iter(pages), None)


def _merged(parts: Sequence[AnySelect], wanted: RunFilter, limit: int) -> AnySelect:
    """The page of several parts: each is read in its own order, so that an index serves it."""
    rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(rows).order_by(*_order(rows.c, wanted)).limit(limit)


def _order(of: Any, wanted: RunFilter) -> list[UnaryExpression[Any]]:  # noqa: ANN401 - the model or a subquery's columns
    return [column.asc() if wanted.after else column.desc() for column in (of.created_at, of.id)]


def _parts(wanted: RunFilter, found: Sequence[LabelledType]) -> list[Conditions]:
    if not wanted.text:
        return [[_run.is_of([name])] for name in wanted.run_types] or [[]]
    parts = _labelled(wanted, found)
    if wanted.number is not None:
        parts.append([_run.id == wanted.number, *_typed(wanted), *_without(wanted.words)])
    return parts


def _labelled(wanted: RunFilter, found: Sequence[LabelledType]) -> list[Conditions]:
    """The parts whose label holds the words."""
    alike = [known for known in found if not wanted.run_types or known.run_type in wanted.run_types]
    if len(alike) > PARTS:  # so many that the newest runs soon have a page of them
        return [[_run.label.icontains(wanted.words, autoescape=True), *_typed(wanted)]]
    return [list(_is(known)) for known in alike]


def _is(known: LabelledType) -> Iterator[ColumnElement[bool]]:
    yield _run.is_of([known.run_type])
    yield _run.label == known.label


def _typed(wanted: RunFilter) -> Conditions:
    return [_run.is_of(wanted.run_types)] if wanted.run_types else []


def _without(words: str) -> Conditions:
    return [~_run.label.icontains(words, autoescape=True)] if words else []
