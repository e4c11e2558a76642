"""Finding runs that nobody works on: lost workers and unheard rings."""

import logging
from datetime import timedelta

from app.core import clock, queue
from app.core.runs import lifecycle, queries

RING_PATIENCE = timedelta(seconds=30)

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Fail runs whose worker is gone, ring again for pending ones; safe when many workers sweep at once."""
    now = clock.now()
    for run_id, token in queries.expired_leases(now):
        if lifecycle.fail_lost(run_id, token):
            logger.warning("run %s: its worker stopped answering", run_id)
    for run_id in queries.unheard_rings(now, RING_PATIENCE):
        lifecycle.note_ring(run_id)
        queue.ring(run_id)
