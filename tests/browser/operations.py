"""Operations that tests of pages start, hold and let go."""

from contextlib import contextmanager
from uuid import uuid4

from app.core import current_catalog, start_and_wait, start_operation
from app.core.db import db
from app.sample.load import EXPORTS


@contextmanager
def busy_worker(site, tenant):
    """Keep the only worker occupied: whatever is started inside the block stays queued until its end.

    Answers with a function that releases the worker early.
    """
    gate = site.settings.data_dir / f"gate-{uuid4().hex[:8]}"
    started = start_operation(
        current_catalog(), tenant, "greetings.greet", {"people": ["Ada"], "until": str(gate)}
    )
    assert started.created
    db.session.commit()
    try:
        yield gate.touch
    finally:
        gate.touch()


def take_snapshots(tenant):
    """Two inventory syncs of the sample exports; (baseline, current) by number."""
    return [
        start_and_wait(tenant, "inventory.sync", {"source": "files", "path": str(folder)}, inline=False).id
        for folder in sorted(EXPORTS.iterdir())
    ]
