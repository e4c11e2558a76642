"""Does it end as if nothing had been when its worker is killed, between any two of its commits?"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from app.conformance.account import Facts, differences, facts_of
from app.conformance.calm import Calm, CalmRuns
from app.conformance.deployment import Deployment
from app.conformance.disturbance import Disturbance, disturbed
from app.conformance.ground import Ground
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.runs import heartbeat
from app.core.runs.status import RunStatus

Deploy = Callable[[str], Deployment]
GO_ON = (
    "A resumable operation goes on from what an earlier call has committed: commit your own writes "
    "together with `run.fence()`, do again what may be done twice, and skip what is there. Or declare "
    "`resumable=False`."
)


def test_a_killed_worker_costs_nothing(
    resumable_case: Case, ground: Ground, calm_runs: CalmRuns, pytestconfig: pytest.Config
) -> None:
    """Another worker goes on, and the run says what an undisturbed one says."""
    calm = calm_runs.of(resumable_case)
    for at in _spread(calm.commits - 1, pytestconfig.option.plugin_conformance_kills):
        with ground.deployment(resumable_case.plugin) as deployment, disturbed(Disturbance()):
            run_id = deployment.start(resumable_case.run_type, resumable_case.params)
            if not deployment.kill(run_id, at):
                break
            deployment.work()
            told = facts_of(deployment, run_id)
        _require_same(resumable_case, calm, told, f"killed after its commit {at} of {calm.commits}")


def test_a_stopped_worker_gives_it_back(resumable_case: Case, deploy: Deploy, calm_runs: CalmRuns) -> None:
    """On SIGTERM a run is given back at its next checkpoint, and another worker goes on with it."""
    calm, deployment = calm_runs.of(resumable_case), deploy(resumable_case.plugin)
    run_id = deployment.start(resumable_case.run_type, resumable_case.params)
    with _stopping() as asked, disturbed(Disturbance(begins=asked.append)) as seen:
        deployment.execute(run_id)
    run = deployment.run(run_id)
    require(
        run.status == RunStatus.PENDING or not seen.can_stop,
        f"{resumable_case}: its worker was stopped and the run ended {run.status} instead of being given "
        "back. Let a `CallOverError` pass: undo nothing, end nothing, catch no `Exception` around it "
        "without raising it again.",
    )
    with disturbed(Disturbance()):
        deployment.work()
    told = facts_of(deployment, run_id)
    _require_same(resumable_case, calm, told, "given back by a worker that was stopped")


def test_a_killed_worker_is_told(once_only_case: Case, deploy: Deploy) -> None:
    """A run that cannot be resumed fails, and is not in the way of the next one."""
    deployment = deploy(once_only_case.plugin)
    run_id = deployment.start(once_only_case.run_type, once_only_case.params)
    require(deployment.kill(run_id, 1), f"{once_only_case}: it ends without a single commit.")
    run = deployment.run(run_id)
    require(
        run.status == RunStatus.FAILED and set(run.failure_totals) >= {"worker_lost"},
        f"{once_only_case}: its worker was killed and the run is {run.status} with {run.failure_totals}.",
    )
    again = deployment.finished(once_only_case.run_type, once_only_case.params)
    require(
        again.id != run_id and again.is_final,
        f"{once_only_case}: after its worker was killed it cannot be done again.",
    )


def _require_same(case: Case, calm: Calm, told: Facts, what: str) -> None:
    wrong = differences(calm.facts, told)
    require(
        not wrong, f"{case}: {what} and resumed, it does not end as if nothing had been:\n{wrong}\n{GO_ON}"
    )


def _spread(last: int, most: int) -> Sequence[int]:
    """Numbers from 1 to the last, all of them or so many, evenly."""
    if last <= most:
        return range(1, last + 1)
    return sorted({1 + round(step * (last - 1) / max(most - 1, 1)) for step in range(most)})


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """This process is being stopped from when somebody puts a run into the list."""
    asked: list[int] = []
    heartbeat.stop_when(lambda: bool(asked))
    try:
        yield asked
    finally:
        heartbeat.stop_when(lambda: False)
