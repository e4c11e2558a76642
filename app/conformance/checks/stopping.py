"""Does it stop when it is asked to, and is it executed once however often it is rung for?"""

from collections.abc import Callable

from app.conformance.deployment import Deployment
from app.conformance.disturbance import Disturbance, disturbed
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core import queue
from app.core.runs import lifecycle
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus

Deploy = Callable[[str], Deployment]


def test_it_stops_when_it_is_asked_to(case: Case, deploy: Deploy) -> None:
    """At its next item or checkpoint."""
    deployment = deploy(case.plugin)
    asked = Disturbance(begins=lambda run_id: lifecycle.abort(run_id, Initiator("conformance")))
    with disturbed(asked):
        run = deployment.finished(case.run_type, case.params)
    require(
        run.status == RunStatus.ABORTED or not asked.can_stop,
        f"{case}: it was asked to stop before it began and ended {run.status}. Let the errors of `run.item`, "
        "`run.checkpoint` and `run.fence` pass: catch no `Exception` around them without raising it again.",
    )


def test_a_run_is_executed_once_however_often_it_is_rung_for(case: Case, deploy: Deploy) -> None:
    """Before, while and after it is executed."""
    deployment = deploy(case.plugin)
    again = Disturbance(begins=deployment.execute)
    with disturbed(again):
        run_id = deployment.start(case.run_type, case.params)
        with deployment.app.app_context():
            queue.ring(run_id)
        deployment.work()
        ended = deployment.run(run_id)
        deployment.execute(run_id)
    after = deployment.run(run_id)
    require(
        again.begun.count(run_id) == 1 and after.version == ended.version,
        f"{case}: rung for several times, the run began {again.begun.count(run_id)} times. Leave it to core "
        "to call your operation.",
    )
