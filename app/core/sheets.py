"""Tables as text that a spreadsheet opens: no cell is computed, and the whole is there or visibly not."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator
from typing import TypeAlias

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BROKEN_OFF = "THIS FILE IS INCOMPLETE: the export broke off here. Fetch it again."

Cells: TypeAlias = Iterable[object]
Chunks: TypeAlias = Generator[str, None, None]


def csv_chunks(
    head: Iterable[Cells], batches: Iterator[Iterable[Cells]], tail: Iterable[Cells] = ()
) -> Chunks:
    """Rows as CSV (RFC 4180), a chunk for each batch; the head goes with the first.

    Args:
        head: rows before the first batch, such as the names of the columns.
        batches: rows, read while they are written; none in a cell is empty.
        tail: rows after the last batch; asked for when that is written.

    Raises:
        Exception: what broke it off: before the first chunk, or behind a last line that says so.
    """
    yield _csv([*head, *next(batches, ())])
    try:
        for batch in batches:
            yield _csv(batch)
    except Exception:
        yield _csv([[BROKEN_OFF]])
        raise
    if last := _csv(tail):
        yield last


def _csv(rows: Iterable[Cells]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: object) -> str:
    """What looks like a formula gets an apostrophe in front."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
