"""Every tenant's old runs go each night, until a manager says otherwise."""

from app.core.retention.operation import operation
from app.core.schedules.defaults import ensure_for_all

NAME = "Nightly run retention"
CRON = "0 3 * * *"


def ensure_nightly_retention() -> int:
    """Give each tenant that never had it the nightly schedule; returns how many were made. A chore."""
    return ensure_for_all(NAME, operation.run_type, {}, CRON)
