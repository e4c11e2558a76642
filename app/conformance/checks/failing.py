"""Does whatever goes wrong inside it end the run honestly?

The error comes where the operation turns to its run: as an item ends, at a checkpoint, before its own commit.
"""

from collections.abc import Callable, Iterator

from app.conformance.account import differences, facts_of
from app.conformance.calm import CalmRuns
from app.conformance.deployment import Deployment
from app.conformance.disturbance import Disturbance, disturbed
from app.conformance.ground import Ground
from app.conformance.planting import SECRET, where_stored
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.errors import ItemFailedError, RunFailedError
from app.core.runs.lifecycle import OVERDUE
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

DO_NOT_CATCH = (
    "Catch only what you can name and let everything else pass: core writes it down. Never catch "
    "`BaseException`, and in `except Exception` raise again."
)
ITEM_LOST = ("conformance_item", "The conformance kit let this item fail.")


def test_a_crash_ends_it_honestly(case: Case, ground: Ground, calm_runs: CalmRuns) -> None:
    """An exception nobody foresaw: the run says so, and what the exception says stays in the log."""
    for deployment, run in _struck(ground, case, calm_runs, lambda: RuntimeError(f"conformance {SECRET}")):
        _require_honest(case, run, "An exception")
        held = where_stored(deployment, SECRET)
        require(
            not held,
            f"{case}: the text of an exception is stored in {', '.join(held)}. Never put `str(error)` of an "
            "exception you did not foresee into a reason or a summary.",
        )


def test_an_exit_ends_it_honestly(case: Case, ground: Ground, calm_runs: CalmRuns) -> None:
    """`SystemExit` deep inside a library ends the run, not the worker."""
    for _, run in _struck(ground, case, calm_runs, lambda: SystemExit(3)):
        _require_honest(case, run, "A `SystemExit`")


def test_a_failure_of_the_whole_run_ends_it(case: Case, ground: Ground, calm_runs: CalmRuns) -> None:
    """Core ends a call this way when the run takes too long."""
    for _, run in _struck(ground, case, calm_runs, lambda: RunFailedError(*OVERDUE), of="checkpoint"):
        require(
            run.status == RunStatus.FAILED and OVERDUE[0] in run.failure_totals,
            f"{case}: a `RunFailedError` from a checkpoint ended the run {run.status} with "
            f"{run.failure_totals}. {DO_NOT_CATCH}",
        )


def test_a_failure_of_an_item_is_counted(case: Case, ground: Ground, calm_runs: CalmRuns) -> None:
    """One item fails, the run goes on and does not call itself a success."""
    for _, run in _struck(ground, case, calm_runs, lambda: ItemFailedError(*ITEM_LOST), of="item"):
        require(
            run.status != RunStatus.COMPLETED and run.failed and run.failure_totals.get(ITEM_LOST[0]) == 1,
            f"{case}: an item failed and the run ended {run.status} with {run.failure_totals}. Let `with "
            "run.item(...)` see the errors of the item: catch none of them inside.",
        )


def test_the_run_after_a_crash_is_like_any_other(case: Case, ground: Ground, calm_runs: CalmRuns) -> None:
    """What a dead run has left behind is not in the way of the next, which may skip what is done."""
    calm = calm_runs.of(case)
    with ground.deployment(case.plugin) as deployment:
        with disturbed(Disturbance(RuntimeError("conformance"), at=len(calm.moments) // 2 + 1)):
            deployment.finished(case.run_type, case.params)
        told = facts_of(deployment, deployment.finished(case.run_type, case.params).id)
    wrong = differences({name: calm.facts[name] for name in ("status", "failures by reason code")}, told)
    require(
        not wrong,
        f"{case}: the run after one that crashed says something else than the first in a tenant:\n{wrong}\n"
        "Let each run clean up, or go on from, what a dead one has committed.",
    )


def _struck(
    ground: Ground, case: Case, calm_runs: CalmRuns, error: Callable[[], BaseException], of: str = ""
) -> Iterator[tuple[Deployment, BulkOperationRun]]:
    """The case's run with an error at its first, its middle and its last moment of a kind, or of any."""
    moments = calm_runs.of(case).moments
    found = [at for at, moment in enumerate(moments, start=1) if of in {"", moment}]
    for at in sorted({*found[:1], *found[len(found) // 2 :][:1], *found[-1:]}):
        with ground.deployment(case.plugin) as deployment:
            with disturbed(Disturbance(error(), at)):
                run = deployment.finished(case.run_type, case.params)
            yield deployment, run


def _require_honest(case: Case, run: BulkOperationRun, what: str) -> None:
    require(run.is_final, f"{case}: {what} left the run {run.status}. {DO_NOT_CATCH}")
    require(
        run.status != RunStatus.COMPLETED and run.failure_totals,
        f"{case}: {what} inside it vanished: the run ended {run.status} with {run.failure_totals}. "
        f"{DO_NOT_CATCH}",
    )
