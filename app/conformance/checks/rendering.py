"""Are its runs shown in every state, and when the plugin is gone?"""

from collections.abc import Callable

import pytest
from markupsafe import escape

from app.conformance.deployment import Deployment
from app.conformance.ground import Ground
from app.conformance.pages import pages_of_run, read, run_page
from app.conformance.staging import bring_to, tally_of
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.users import Role

Deploy = Callable[[str], Deployment]


@pytest.mark.parametrize("status", list(RunStatus), ids=str)
def test_a_run_is_shown_in_every_state(first_case: Case, deploy: Deploy, status: RunStatus) -> None:
    """Its page, its place in the hub, and the fragments that refresh both."""
    deployment = deploy(first_case.plugin)
    operation = deployment.operation(first_case.run_type)
    run_id = deployment.start(first_case.run_type, first_case.params)
    code, meaning = next(iter(operation.reason_codes.items()), ("conformance", None))
    with deployment.app.app_context():
        bring_to(run_id, status, _tally(status, code))
    shown = read(deployment.browser(Role.READONLY), pages_of_run(run_id))[run_page(run_id)]
    require(
        escape(operation.label) in shown,
        f"{first_case}: the page of a run that is {status} does not show its label {operation.label!r}.",
    )
    if status is RunStatus.COMPLETED_WITH_ERRORS and meaning is not None:
        require(
            escape(meaning.label) in shown,
            f"{first_case}: the page of a run with a {code!r} does not show the label of that code.",
        )


def test_a_run_is_shown_without_its_plugin(removable_case: Case, ground: Ground) -> None:
    """An uninstalled plugin leaves readable runs behind; what waited for it ends and says why."""
    with ground.deployment(removable_case.plugin) as deployment:
        ended = deployment.finished(removable_case.run_type, removable_case.params)
        waiting = deployment.start(removable_case.run_type, removable_case.params)
        with ground.without(deployment, removable_case.plugin) as bare:
            shown = read(bare.browser(Role.READONLY), [*pages_of_run(ended.id), *pages_of_run(waiting)])
            bare.execute(waiting)
            failed = bare.run(waiting)
    require(
        removable_case.plugin in shown[run_page(ended.id)],
        f"{removable_case}: without its plugin the page of a run does not name it.",
    )
    require(
        failed.status == RunStatus.FAILED and "operation_unavailable" in failed.failure_totals,
        f"{removable_case}: without its plugin a run that waits is {failed.status} with "
        f"{failed.failure_totals}.",
    )


def _tally(status: RunStatus, code: str) -> Tally:
    if status is RunStatus.COMPLETED:
        return tally_of(succeeded=["conformance item 1"])
    return tally_of(succeeded=["conformance item 1"], failed=["conformance item 2"], code=code)
