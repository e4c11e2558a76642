"""What a run has left behind, as facts that can be held against those of another run."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Table, select

from app.conformance.deployment import Deployment
from app.conformance.subjects import tables_of
from app.core.db import db
from app.core.registry.contract import Plugin
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun

Facts = Mapping[str, str]


def facts_of(deployment: Deployment, run_id: int) -> dict[str, str]:
    """Everything that a run says of itself, its ledger, and the plugin's tables column by column."""
    with deployment.app.app_context():
        run = db.session.get_one(BulkOperationRun, run_id)
        plugin = deployment.catalog.plugin_of(run.run_type)
        return dict((*_of_run(run), *_of_items(run_id), *_of_tables(plugin)))


def agreed(one: Facts, other: Facts) -> dict[str, str]:
    """The facts in which two undisturbed runs agree; the others are moments, random numbers and the like."""
    return {name: said for name, said in one.items() if other.get(name) == said}


def differences(expected: Facts, told: Facts) -> str:
    """Where a run says something else than expected, in a few lines."""
    lines = [
        f"  {name}: {_short(said)} was expected, {_short(told.get(name, 'nothing'))} is there"
        for name, said in expected.items()
        if told.get(name) != said
    ]
    return "\n".join(lines)


def _of_run(run: BulkOperationRun) -> Iterator[tuple[str, str]]:
    yield "status", str(run.status)
    yield "counts", repr(run.counts)
    yield "failures by reason code", repr(sorted(run.failure_totals.items()))
    yield "related links", repr(run.related_links)
    for name, value in run.summary.items():
        yield f"summary {name}", repr(value)


def _of_items(run_id: int) -> Iterator[tuple[str, str]]:
    item = BulkOperationRunItem
    query = select(item.item_id, item.outcome, item.reason_code, item.reason).where(item.run_id == run_id)
    yield "items", repr(sorted(map(repr, db.session.execute(query))))


def _of_tables(plugin: Plugin) -> Iterator[tuple[str, str]]:
    for table in tables_of(plugin):
        yield from _of_table(table)


def _of_table(table: Table) -> Iterator[tuple[str, str]]:
    """Numbers that a database has drawn are no facts: a resumed run may have drawn more of them."""
    rows = db.session.execute(select(table)).all()
    yield f"rows of {table.name}", str(len(rows))
    for column in table.columns:
        if not (column.primary_key or column.foreign_keys):
            values = sorted(repr(row._mapping[column.name]) for row in rows)  # noqa: SLF001 - SQLAlchemy's documented way
            yield f"{table.name}.{column.name}", repr(values)


def _short(said: str) -> str:
    return said if len(said) <= 200 else f"{said[:100]} ... {said[-100:]}"
