"""A run's items as a file, written while it is sent: in batches, of one moment, and whole or visibly not."""

import csv
import io
import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy import Engine

from app.core import JsonObject
from app.core.runs.item_lists import AnyRow, ItemFilter, item_query
from app.core.snapshot import snapshot

BATCH = 1000  # items in memory
COLUMNS = ("item_id", "outcome", "reason_code", "reason")
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BROKEN_OFF = "THIS FILE IS INCOMPLETE: the export broke off here. Fetch it again."

Chunks: TypeAlias = Generator[str, None, None]


def csv_of(engine: Engine, run_id: int, wanted: ItemFilter) -> Chunks:
    """The matching items of a run as CSV (RFC 4180), a chunk for each batch.

    Args:
        engine: of the database.
        run_id: of a run that was found through its tenant.
        wanted: which items.

    Raises:
        Exception: what broke it off: before the first chunk, or behind a last line that says so.
    """
    batches = _batches(engine, run_id, wanted)
    yield _csv([COLUMNS, *map(_cells, next(batches, ()))])
    try:
        for batch in batches:
            yield _csv(map(_cells, batch))
    except Exception:
        yield _csv([[BROKEN_OFF]])
        raise


def json_of(engine: Engine, run_id: int, wanted: ItemFilter, facts: JsonObject) -> Chunks:
    """The same as one JSON object: `facts`, then `items` and, as the last thing, their `count`.

    A file that breaks off is no JSON.
    """
    count, before = 0, json.dumps(facts)[:-1] + ', "items": [\n'
    for batch in _batches(engine, run_id, wanted):
        yield before + ",\n".join(json.dumps({name: getattr(row, name) for name in COLUMNS}) for row in batch)
        count, before = count + len(batch), ",\n"
    yield f'{"" if count else before}\n], "count": {count}}}\n'


def _batches(engine: Engine, run_id: int, wanted: ItemFilter) -> Iterator[Sequence[AnyRow]]:
    after, on_sqlite = wanted.after, engine.dialect.name == "sqlite"
    with snapshot(engine) as connection:
        while True:
            query = item_query(run_id, replace(wanted, after=after), limit=BATCH, on_sqlite=on_sqlite)
            batch = connection.execute(query).all()
            if batch:
                yield batch
            if len(batch) < BATCH:
                return
            after = batch[-1].id


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(row: AnyRow) -> Iterator[str]:
    """Cells that no spreadsheet computes: what looks like a formula gets an apostrophe in front."""
    for name in COLUMNS:
        text = getattr(row, name) or ""
        yield f"'{text}" if text.startswith(FORMULA) else text
