"""A run's items as a file, written while it is sent: in batches, of one moment, and whole or visibly not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Engine

from app.core import JsonObject
from app.core.runs.item_lists import AnyRow, ItemFilter, item_query
from app.core.sheets import Chunks, csv_chunks
from app.core.snapshot import snapshot

BATCH = 1000  # items in memory
COLUMNS = ("item_id", "outcome", "reason_code", "reason")


def csv_of(engine: Engine, run_id: int, wanted: ItemFilter) -> Chunks:
    """The matching items of a run as CSV.

    Args:
        engine: of the database.
        run_id: of a run that was found through its tenant.
        wanted: which items.

    Raises:
        Exception: what broke it off: before the first chunk, or behind a last line that says so.
    """
    rows = (map(_cells, batch) for batch in _batches(engine, run_id, wanted))
    return csv_chunks([COLUMNS], rows)


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


def _cells(row: AnyRow) -> list[str | None]:
    return [getattr(row, name) for name in COLUMNS]
