"""Findings as a file: written while it is sent, of one moment, and whole or visibly not."""

import json
import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.orm import Session

from app.core import JsonObject, Tenant, csv_chunks, reading_snapshot
from app.plugins.drift.api import FindingDetails
from app.plugins.drift.export_about import about_lines
from app.plugins.drift.findings import AnySelect, FindingFilter, matching_findings
from app.plugins.drift.models import Finding
from app.plugins.drift.paging import order_of

Chunks: TypeAlias = Generator[str, None, None]

BATCH = 500  # findings in memory
FACTS = (
    *("id", "severity", "change_kind", "finding_type", "collection", "subject_type", "subject_external_id"),
    *("display_name", "state", "severity_rule", "severity_reason", "created_at", "updated_at"),
    *("baseline_run_id", "current_run_id", "operation_run_id", "held_by", "hidden_by"),
)
CHANGE = ("path", "kind", "before", "after")
COLUMNS = [*FACTS, *CHANGE, "changes_not_shown"]

logger = logging.getLogger(__name__)


@dataclass
class Export:
    """What is to be written; made while there is a request, read when there is none any more.

    Attributes:
        about: as `about_export` says it.
        count: findings read so far.
        is_broken: it broke off; what was read is not all.
    """

    engine: Engine
    query: AnySelect
    about: JsonObject
    count: int = 0
    is_broken: bool = False

    def batches(self) -> Iterator[Sequence[Finding]]:
        """Every finding, most severe first, some at a time."""
        columns, after = order_of("severity"), None
        with reading_snapshot(self.engine) as connection, Session(connection) as session:
            while True:
                query = self.query if after is None else self.query.where(tuple_(*columns) > tuple_(*after))
                batch = session.scalars(query.order_by(*columns).limit(BATCH)).all()
                session.expunge_all()
                self.count += len(batch)
                if batch:
                    yield batch
                if len(batch) < BATCH:
                    return
                after = [getattr(batch[-1], column.key) for column in columns]

    def counted(self) -> Iterator[int]:
        """How many were read, for whoever asks when all are."""
        yield self.count

    def batches_as_far_as_they_go(self) -> Iterator[Sequence[Finding]]:
        """The same for a page, which has to end even where the data do not: it says that it `is_broken`."""
        try:
            yield from self.batches()
        except Exception:
            logger.exception("an export of findings broke off after %s", self.count)
            self.is_broken = True


def export_of(engine: Engine, tenant: Tenant, wanted: FindingFilter, about: JsonObject) -> Export:
    """An export of a tenant's matching findings."""
    return Export(engine, matching_findings(tenant, wanted, select(Finding)), about)


def csv_of(export: Export) -> Chunks:
    """One row for each change of each finding, between lines that begin with `#`: about it, and how many."""
    head = [["#", *line] for line in about_lines(export.about)]
    rows = (_rows(batch) for batch in export.batches())
    return csv_chunks(
        [*head, COLUMNS], rows, (["#", "End", f"{count} findings"] for count in export.counted())
    )


def json_of(export: Export) -> Chunks:
    """One object: `about`, `findings` and, as the last thing, their `count`; broken off it is no JSON."""
    before = json.dumps({"about": export.about})[:-1] + ', "findings": [\n'
    for batch in export.batches():
        found = [FindingDetails.model_validate(row).model_dump_json() for row in batch]
        yield before + ",\n".join(found)
        before = ",\n"
    yield f'{"" if export.count else before}\n], "count": {export.count}}}\n'


def _rows(batch: Sequence[Finding]) -> Iterator[list[object]]:
    for row in batch:
        facts = [_fact(getattr(row, name)) for name in FACTS]
        for entry in row.evidence["entries"] or [{}]:
            yield [*facts, *(entry.get(name) for name in CHANGE), row.evidence["cut_entries"]]


def _fact(value: object) -> object:
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
