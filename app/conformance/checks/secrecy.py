"""Do secrets stay where they were given?"""

from collections.abc import Callable, Iterable

import pytest

from app.conformance.deployment import SECRET_KEY, Deployment
from app.conformance.pages import look, own_pages, pages_of_run
from app.conformance.planting import SECRET, plant_in_settings, planted, where_stored
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.runs.models import BulkOperationRun
from app.core.users import Role

Deploy = Callable[[str], Deployment]
HIDE = "Pass texts of others through `safe_reason` or `redact` before you store, log or show them."


def test_a_secret_in_the_parameters_comes_up_nowhere(
    case: Case, deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    """A token typed into a field: not in run, events, notifications, audit log, logs or pages."""
    deployment = deploy(case.plugin)
    params = planted(deployment, case, SECRET, in_lists=False)
    with caplog.at_level("INFO"):
        run = deployment.finished(case.run_type, params)
        shown = _shown(deployment, case, run)
    _require_hidden(deployment, case, SECRET, [*shown, ("the log", caplog.text)])


def test_a_secret_in_the_settings_comes_up_nowhere(
    case_with_settings: Case, deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    """Keys and passwords that an administrator gave to the plugin."""
    deployment = deploy(case_with_settings.plugin)
    plant_in_settings(deployment, deployment.catalog.plugins[case_with_settings.plugin], SECRET)
    with caplog.at_level("INFO"):
        run = deployment.finished(case_with_settings.run_type, case_with_settings.params)
        shown = _shown(deployment, case_with_settings, run)
    _require_hidden(deployment, case_with_settings, SECRET, [*shown, ("the log", caplog.text)])


def test_the_secret_key_of_the_deployment_comes_up_nowhere(
    case: Case, deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    """Settings hold secrets: what an operation or a page tells of them is nothing."""
    deployment = deploy(case.plugin)
    with caplog.at_level("INFO"):
        run = deployment.finished(case.run_type, case.params)
        shown = _shown(deployment, case, run)
    for secret in (SECRET_KEY, deployment.app.config["SECRET_KEY"]):
        _require_hidden(deployment, case, secret, [*shown, ("the log", caplog.text)])


def _shown(deployment: Deployment, case: Case, run: BulkOperationRun) -> list[tuple[str, str]]:
    plugin = deployment.catalog.plugins[case.plugin]
    links = [link["url"] for link in run.related_links]
    paths = [*pages_of_run(run.id), *own_pages(deployment, plugin), *links]
    return list(look(deployment.browser(Role.OWNER), paths).items())


def _require_hidden(
    deployment: Deployment, case: Case, secret: str, shown: Iterable[tuple[str, str]]
) -> None:
    places = where_stored(deployment, secret) + [place for place, text in shown if secret in text]
    require(not places, f"{case}: a secret came up in {', '.join(places)}. {HIDE}")
