"""Finding runs that nobody works on: lost workers, overdue runs, unheard rings."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from app.core import queue
from app.core.db import db, reading
from app.core.runs import lifecycle, queries
from app.core.runs.lifecycle import Rescued

T = TypeVar("T")

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Resume or end what is lost, end what is overdue, ring again; safe when many workers sweep at once.

    Each run is its own transaction: one that cannot be written is logged and does not hold up the others.
    """
    for run_id, token in _all(queries.expired_leases, lambda found: found[0]):
        _safely(run_id, lambda: _rescue(run_id, token))  # noqa: B023 - called at once
    for run_id in _all(queries.overdue_runs, int):
        _safely(run_id, lambda: _fail_overdue(run_id))  # noqa: B023 - called at once
    _ring_again()


def _all(look: Callable[[int], Sequence[T]], run_id_of: Callable[[T], int]) -> Iterator[T]:
    """Everything a query finds, page by page, each page read in a transaction that ends before it is used."""
    last = 0
    while True:
        with reading():
            page = look(last)
            db.session.commit()
        if not page:
            return
        yield from page
        last = run_id_of(page[-1])


def _rescue(run_id: int, token: str | None) -> None:
    rescued = lifecycle.rescue(run_id, token)
    if rescued is not Rescued.NOT_LOST:
        logger.warning("run %s: its worker stopped answering: %s", run_id, rescued.value)
    if rescued is Rescued.RESUMED:
        queue.ring(run_id)


def _fail_overdue(run_id: int) -> None:
    if lifecycle.fail_overdue(run_id):
        logger.warning("run %s: took longer than its operation allows", run_id)


def _ring_again() -> None:
    """Ring for pending runs whose ring may be lost: as many messages as runs that wait means none is."""
    with reading():
        waiting, due = queries.pending_count(), queries.unheard_rings()
        db.session.commit()
    if not due or queue.length() >= waiting:
        return
    for run_id in due:
        if lifecycle.postpone_ring(run_id):
            queue.ring(run_id)


def _safely(run_id: int, step: Callable[[], None]) -> None:
    try:
        step()
    except Exception:
        db.session.rollback()
        logger.exception("run %s cannot be rescued", run_id)
