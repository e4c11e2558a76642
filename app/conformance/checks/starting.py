"""Who can start it, and does an equal start find the run that is active already?"""

from collections.abc import Callable, Mapping
from enum import Enum

from werkzeug.test import TestResponse

from app.conformance.deployment import Deployment
from app.conformance.people import SLUG, STRANGER
from app.conformance.program import start_by_api
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.errors import PermissionDeniedError
from app.core.runs.parameters import validated
from app.core.runs.start import start_operation
from app.core.users import Role

Deploy = Callable[[str], Deployment]


def test_a_form_from_nobody_leads_to_sign_in(case_with_form: Case, deploy: Deploy) -> None:
    """Who is not signed in starts nothing."""
    deployment = deploy(case_with_form.plugin)
    answer = _submit(deployment, case_with_form, None)
    require(
        answer.status_code == 302 and answer.location.startswith("/sign-in"),
        f"{case_with_form}: a form from nobody answers {answer.status_code}, not with the way to sign-in.",
    )
    _require_nothing_started(deployment, case_with_form)


def test_a_form_without_its_token_is_refused(case_with_form: Case, deploy: Deploy) -> None:
    """Another site cannot make a browser start something."""
    deployment = deploy(case_with_form.plugin)
    role = deployment.operation(case_with_form.run_type).role
    path, data = _form(deployment, case_with_form)
    answer = deployment.browser(role).post(path, data=data)
    require(
        answer.status_code == 400,
        f"{case_with_form}: a form without a CSRF token answers {answer.status_code}, not 400. Exempt "
        "nothing from it.",
    )
    _require_nothing_started(deployment, case_with_form)


def test_a_form_of_the_right_role_starts_one_run(case_with_form: Case, deploy: Deploy) -> None:
    """Sent twice, the second is led to the same run."""
    deployment = deploy(case_with_form.plugin)
    role, before = deployment.operation(case_with_form.run_type).role, deployment.run_ids()
    for time in ("first", "second"):
        answer = _submit(deployment, case_with_form, role)
        started = [run_id for run_id in deployment.run_ids() if run_id not in before]
        require(
            len(started) == 1 and answer.status_code == 302 and answer.location.endswith(f"/{started[0]}"),
            f"{case_with_form}: the {time} form answers {answer.status_code} and {len(started)} runs are "
            "there, not one that it leads to. Make the parameters such that a form can give them, and the "
            "key the same each time.",
        )


def test_a_form_of_a_lower_role_is_refused(case_with_form: Case, deploy: Deploy) -> None:
    """Also that of a stranger, who owns another tenant."""
    deployment = deploy(case_with_form.plugin)
    for name in _too_low(deployment, case_with_form):
        answer = _submit(deployment, case_with_form, name)
        require(
            answer.status_code == 403,
            f"{case_with_form}: a form of a {name} answers {answer.status_code}, not 403.",
        )
    _require_nothing_started(deployment, case_with_form)


def test_a_lower_role_is_refused_wherever_it_starts(case: Case, deploy: Deploy) -> None:
    """Forms, pages of the plugin and programs start through one function, which asks for the role."""
    deployment = deploy(case.plugin)
    for name in _too_low(deployment, case):
        require(not _may_start(deployment, case, name), f"{case}: a {name} can start it.")
    _require_nothing_started(deployment, case)


def test_the_api_starts_it_for_the_right_token_alone(case: Case, deploy: Deploy) -> None:
    """Nobody, strangers and lower roles start nothing; asked twice, the right role finds one run."""
    deployment = deploy(case.plugin)
    operation = deployment.operation(case.run_type)
    for name, status in [(None, 401), *((name, 403) for name in _too_low(deployment, case))]:
        answer = start_by_api(deployment, case, name)
        require(
            answer.status_code == status,
            f"{case}: the API answers {answer.status_code} to {name}, not {status}.",
        )
    _require_nothing_started(deployment, case)
    answers = [start_by_api(deployment, case, operation.role) for _ in range(2)]
    is_refused = operation.permits is not None and [found.status_code for found in answers] == [422, 422]
    require(
        is_refused or ([found.status_code for found in answers] == [202, 202] and _is_one(answers)),
        f"{case}: the API answers {answers[0].status_code} with {answers[0].text[:300]}, and then "
        f"{answers[1].status_code}. Let JSON give the parameters, and the key be the same each time.",
    )


def test_an_equal_start_finds_the_run(case: Case, deploy: Deploy) -> None:
    """What is active already is not started twice."""
    deployment = deploy(case.plugin)
    first, second = (deployment.start(case.run_type, case.params) for _ in range(2))
    require(
        first == second,
        f"{case}: two equal starts made two runs. Let `idempotency_key` answer the same for equal work.",
    )


def _is_one(answers: list[TestResponse]) -> bool:
    return len({answer.location for answer in answers}) == 1


def _too_low(deployment: Deployment, case: Case) -> list[str]:
    needed = deployment.operation(case.run_type).role
    return [STRANGER, *(role for role in Role if not role.includes(needed))]


def _may_start(deployment: Deployment, case: Case, name: str) -> bool:
    user = deployment.member(name)
    with deployment.app.app_context():
        try:
            start_operation(deployment.catalog, deployment.tenant(), case.run_type, case.params, user)
        except PermissionDeniedError:
            return False
    return True


def _require_nothing_started(deployment: Deployment, case: Case) -> None:
    """No worker hears of it here, so a run of it that has ended was there before."""
    runs = map(deployment.run, deployment.run_ids())
    started = [run for run in runs if run.run_type == case.run_type and not run.is_final]
    require(not started, f"{case}: it was started all the same.")


def _submit(deployment: Deployment, case: Case, name: str | None) -> TestResponse:
    path, data = _form(deployment, case)
    return deployment.browser(name).submit(path, data)


def _form(deployment: Deployment, case: Case) -> tuple[str, dict[str, str]]:
    """Where the form is, and what a person would have typed into it."""
    params = validated(deployment.operation(case.run_type), case.params)
    return f"/t/{SLUG}/start/{case.run_type}", _typed(dict(params))


def _typed(values: Mapping[str, object]) -> dict[str, str]:
    typed = {}
    for name, value in values.items():
        if isinstance(value, list | tuple | set | frozenset):
            typed[name] = "\n".join(map(str, value))
        elif value is not None and value is not False:
            typed[name] = str(value.value if isinstance(value, Enum) else value)
    return typed
