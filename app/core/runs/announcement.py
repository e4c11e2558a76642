"""Telling the initiator of a run that it is queued or has ended."""

import logging

from app.core.db import db, is_away
from app.core.notifications import NotificationKind, notify
from app.core.redaction import safe_reason
from app.core.runs.locked import LockedRun

logger = logging.getLogger(__name__)


def announce(run: LockedRun, kind: NotificationKind) -> None:
    """Add the notification to the current transaction; if it cannot be added, the run is not harmed."""
    if run.user_id is None:
        return
    try:
        with db.session.begin_nested():
            _notify(run, run.user_id, kind)
    except Exception as error:
        if is_away(error):
            raise
        logger.exception("run %s: nobody could be told that it is %s", run.id, kind.value)


def _notify(run: LockedRun, user_id: int, kind: NotificationKind) -> None:
    first = (run.failures or [{}])[0]
    notify(
        run.tenant_id,
        user_id,
        run.id,
        kind,
        run_type=run.run_type,
        title=run.label,
        status_bucket=run.bucket,
        counts=run.counts,
        error_summary=safe_reason(first["reason"]) if first else None,
    )
