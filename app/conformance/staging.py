"""Runs brought into a state without their operation, through the lifecycle that writes every other."""

from collections.abc import Sequence

from app.core.db import JsonObject
from app.core.runs import lifecycle
from app.core.runs.items import Outcome
from app.core.runs.status import RunStatus
from app.core.runs.tally import ItemOutcome, Tally, failure_entry

SECONDS = 60.0
REASON = "The conformance kit let this item fail."


def bring_to(
    run_id: int,
    status: RunStatus,
    tally: Tally,
    *,
    summary: JsonObject | None = None,
    related_links: Sequence[dict[str, str]] = (),
) -> None:
    """Let a pending run be in a state; call it in an application context."""
    if status is RunStatus.PENDING:
        return
    lease = lifecycle.claim(run_id, "conformance", SECONDS)
    if lease is None:
        raise LookupError(f"run {run_id} is not pending")
    if status is RunStatus.RUNNING:
        lifecycle.record_progress(lease, tally)
        return
    # The lifecycle itself says whether something went wrong.
    ended = RunStatus.COMPLETED if status is RunStatus.COMPLETED_WITH_ERRORS else status
    lifecycle.finish(lease, ended, tally, summary=summary, related_links=related_links)


def tally_of(
    *,
    succeeded: Sequence[str] = (),
    failed: Sequence[str] = (),
    code: str = "conformance",
    said: str = REASON,
) -> Tally:
    """Outcomes of items; the failed ones for one reason."""
    tally = Tally(expected=dict.fromkeys([*succeeded, *failed]))
    for item in succeeded:
        tally.add(ItemOutcome(item, Outcome.SUCCEEDED))
    for item in failed:
        tally.add(ItemOutcome(item, Outcome.FAILED, failure_entry(code, said, item_id=item)))
    return tally
