"""`make bench-drift`: drift at a constant number of changes, over inventories of many sizes."""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from app.core import clock
from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from bench.drift.seed import BASELINE, CURRENT, seed
from bench.runs.deployment import Deployment, deployed

KINDS = {"sqlite": "sqlite", "postgresql": "postgresql alone"}
PAIR = {"baseline_run_id": BASELINE, "current_run_id": CURRENT}


def main() -> None:
    """Print a table of sizes for each database, then 100,000 policies of which 2 % changed."""
    parser = argparse.ArgumentParser(prog="make bench-drift", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 500_000])
    parser.add_argument("--changed", type=int, default=1_000, help="policies that differ, whatever the size")
    parser.add_argument("--times", type=int, default=5, help="measurements of each size")
    parser.add_argument("--kinds", nargs="*", default=[*KINDS], choices=[*KINDS])
    wanted = parser.parse_args()
    for kind in wanted.kinds:
        print(f"\n{kind}, {wanted.changed:,} changed policies, medians of {wanted.times}", flush=True)
        took = [_measured(kind, size, wanted.changed, wanted.times) for size in wanted.sizes]
        print(f"  {wanted.sizes[-1]:,} to {wanted.sizes[0]:,} policies: {took[-1] / took[0]:.2f} x the time")
        _measured(kind, 100_000, 2_000, wanted.times)


def _measured(kind: str, policies: int, changed: int, times: int) -> float:
    """Seconds of one generation, the first of a database, which has to insert, left out."""
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(KINDS[kind], Path(folder), without=()) as deployment,
    ):
        seed(deployment.tenant, policies, changed)
        first, *others = [_generate(deployment, changed) for _ in range(times + 1)]
    seconds = median(others)
    print(
        f"  {policies:>9,} policies, {changed:>6,} changed   first {first:6.2f} s   again {seconds:6.2f} s"
        f"   {changed / seconds:7,.0f} changes/s   load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return seconds


def _generate(deployment: Deployment, changed: int) -> float:
    run_id = start_operation(current_catalog(), deployment.tenant, "drift.generate", PAIR).run_id
    db.session.commit()
    began = clock.ticks()
    execute_run(run_id)
    took = clock.ticks() - began
    run = db.session.get_one(BulkOperationRun, run_id, populate_existing=True)
    assert run.status == "completed", (run.status, run.failures)
    assert run.summary["findings"]["modified"] == changed
    db.session.commit()
    return took


if __name__ == "__main__":
    main()
