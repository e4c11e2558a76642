"""`run.prune`: remove the final runs of a tenant that are older than they are kept."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app import __version__
from app.core.db import database_now, db, reading
from app.core.registry.contract import OperationType, Plugin
from app.core.registry.running import RunContext
from app.core.retention.pruning import own_retentions, prune_status, removed_so_far
from app.core.runs.status import RunStatus
from app.core.users import Role

FINAL = tuple(status for status in RunStatus if status.is_final)
LONGEST = 3650  # days


class PruneParams(BaseModel):
    """How many days a run is kept after its end, by its final status."""

    model_config = ConfigDict(extra="forbid")

    completed: int = Field(
        default=30, ge=1, le=LONGEST, title="Completed", description="Days such a run is kept."
    )
    completed_with_errors: int = Field(
        default=90, ge=1, le=LONGEST, title="Completed with errors", description="Days such a run is kept."
    )
    failed: int = Field(default=90, ge=1, le=LONGEST, title="Failed", description="Days such a run is kept.")
    aborted: int = Field(
        default=90, ge=1, le=LONGEST, title="Stopped", description="Days such a run is kept."
    )

    def days(self, status: RunStatus) -> int:
        """How many days a run of a final status is kept."""
        return int(getattr(self, status.value))


def prune(run: RunContext[PruneParams]) -> None:
    """Remove old runs, status by status; see docs/lifecycle.md, "Retention"."""
    with reading():
        now = db.session.execute(select(database_now())).scalar_one()
        db.session.commit()
    own = own_retentions(run.tenant)
    for item in run.items:
        with run.item(item):
            status = RunStatus(item)
            prune_status(run, status, now - timedelta(days=run.params.days(status)))
            for seconds in own:
                prune_status(run, status, now - timedelta(seconds=seconds), seconds)
    removed, by_type = removed_so_far(run)
    run.summarize(removed={status.value: removed[status.value] for status in FINAL})
    if by_type:
        run.summarize(of_these_kept_by_type=dict(by_type))


operation = OperationType(
    run_type="run.prune",
    label="Run retention",
    description="Removes ended runs that were kept long enough. The audit log and what runs made stay.",
    icon="trash3",
    role=Role.MANAGER,
    params=PruneParams,
    execute=prune,
    items=lambda _tenant, _params: [status.value for status in FINAL],
    idempotency_key=lambda _tenant, _params: "one at a time",
    shown_inputs=lambda _tenant, params: {name: f"{days} days" for name, days in params},
    resumable=True,
    idempotent_items=True,
    examples=({}, {"completed": 1, "completed_with_errors": 7, "failed": 7, "aborted": 7}),
)

plugin = Plugin(name="retention", version=__version__, operations=(operation,))
