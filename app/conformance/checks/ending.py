"""Does each example end well, or as the operation has declared that it may?"""

from collections.abc import Callable

from pydantic import BaseModel
from sqlalchemy import select

from app.conformance.deployment import Deployment
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.db import db
from app.core.registry.running import RunContext
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

Deploy = Callable[[str], Deployment]


def test_an_example_ends_well_or_as_declared(case: Case, deploy: Deploy) -> None:
    """What goes wrong has a reason code that the operation explains."""
    deployment = deploy(case.plugin)
    run = deployment.finished(case.run_type, case.params)
    undeclared = _codes_of(deployment, run) - set(deployment.operation(case.run_type).reason_codes)
    require(
        not undeclared,
        f"{case} ended {run.status} with {', '.join(sorted(undeclared))}, which it does not declare: "
        f"{run.failures}. Raise `ItemFailedError`, `ItemSkippedError` or `RunFailedError` with codes of "
        "`reason_codes`; of an `unexpected_error` the captured log has the details.",
    )
    if run.status != RunStatus.COMPLETED:
        require(
            run.failure_totals,
            f"{case} ended {run.status} without a reason: {run.counts}. Give each item that was expected an "
            "outcome, with `with run.item(...)`.",
        )


def test_an_example_leaves_no_transaction_open(case: Case, deploy: Deploy) -> None:
    """On SQLite nobody else writes while one is open."""
    deployment = deploy(case.plugin)
    left: list[bool] = []
    _watch(deployment, case, left)
    deployment.finished(case.run_type, case.params)
    require(
        True not in left,
        f"{case}: `execute` returned with a transaction of `db.session` open. Commit what you have written, "
        "after `run.fence()`; end what you have only read with a commit or rollback, too.",
    )
    with deployment.app.app_context():
        borrowed = db.engine.pool.checkedout()  # type: ignore[attr-defined]  # of every pool that keeps connections
    require(
        not borrowed,
        f"{case}: {borrowed} connections were not given back. Use `db.session`, or a connection in a `with` "
        "block.",
    )


def _watch(deployment: Deployment, case: Case, left: list[bool]) -> None:
    """Note whether a transaction is open as the operation returns, which core would end for it."""
    perform = deployment.operation(case.run_type).perform

    def watched(run: RunContext[BaseModel]) -> None:
        perform(run)
        left.append(db.session().in_transaction())

    deployment.change(case.run_type, execute=watched, process_item=None)


def _codes_of(deployment: Deployment, run: BulkOperationRun) -> set[str]:
    query = select(BulkOperationRunItem.reason_code).where(BulkOperationRunItem.run_id == run.id).distinct()
    with deployment.app.app_context():
        return {*run.failure_totals, *filter(None, db.session.scalars(query))}
