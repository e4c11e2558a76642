"""Runs whose worker dies at a commit of the test's choice, and is found out by a sweep."""

from app.conformance import dying
from app.core import current_catalog, find_run, start_operation
from app.core.runs.execute import execute_run
from app.core.runs.rescue import sweep
from tests.support.browsing import end_transaction

WorkerDied = dying.WorkerDied


def run_crashing(tenant, run_type, params, *, at):
    """Start an operation and let its worker die right after its `at`-th commit; then rescue and resume it.

    Answers with the final run, and whether there was such a commit.
    """
    run_id = start_operation(current_catalog(), tenant, run_type, params).run.id
    has_died = dying.die_after(run_id, at)
    run = find_run(tenant, run_id)
    if has_died:
        resume(run)
    end_transaction()
    return find_run(tenant, run_id), has_died


def resume(run):
    """Let a run's lease be over, rescue it, and execute it here."""
    expire(run)
    sweep()
    execute_run(run.id)


def expire(run):
    """Let a run's lease be over."""
    dying.expire(run.id)
