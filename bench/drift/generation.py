"""One drift generation over the two seeded syncs."""

from app.core import Tenant
from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from bench.drift.seed import BASELINE, CURRENT

PAIR = {"baseline_run_id": BASELINE, "current_run_id": CURRENT}


def generate(tenant: Tenant, changed: int) -> None:
    """Start it and execute it in this process; it has to find as many modified policies as there are."""
    run_id = start_operation(current_catalog(), tenant, "drift.generate", PAIR).run_id
    db.session.commit()
    execute_run(run_id)
    run = db.session.get_one(BulkOperationRun, run_id, populate_existing=True)
    assert run.status == "completed", (run.status, run.failures)
    assert run.summary["findings"]["modified"] == changed
    db.session.commit()
