"""Are texts shown as texts, whatever is in them?"""

from collections.abc import Callable, Mapping

from app.conformance.deployment import Deployment
from app.conformance.pages import look_at_pages, own_pages, pages_of_run, read
from app.conformance.people import SLUG
from app.conformance.planting import HOSTILE, planted
from app.conformance.staging import bring_to, tally_of
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.db import db
from app.core.registry.contract import LABEL_LENGTH
from app.core.runs.items import ITEM_LENGTH
from app.core.runs.status import RunStatus
from app.core.tenants import tenant_by_slug
from app.core.users import Role

Deploy = Callable[[str], Deployment]
LONG = HOSTILE + "long " * 2000
AS_MARKUP = ('<script>alert("conformance")', "<img src=x onerror")


def test_hostile_texts_of_a_run_are_shown_as_texts(first_case: Case, deploy: Deploy) -> None:
    """Label, description, items, reasons, results, links: HTML, reversed direction, 10,000 characters."""
    deployment = deploy(first_case.plugin)
    deployment.change(first_case.run_type, label=HOSTILE.ljust(LABEL_LENGTH, "."), description=LONG)
    run_id = deployment.start(first_case.run_type, first_case.params)
    with deployment.app.app_context():
        tally = tally_of(failed=[HOSTILE.ljust(ITEM_LENGTH, ".")], said=LONG)
        links = [{"label": HOSTILE, "url": f"/t/{SLUG}/"}]
        summary = {HOSTILE: LONG, "notes": [LONG]}
        bring_to(run_id, RunStatus.COMPLETED, tally, summary=summary, related_links=links)
    paths = [*pages_of_run(run_id), f"/t/{SLUG}/start", f"/t/{SLUG}/"]
    _require_text(read(deployment.browser(Role.OWNER), paths), f"{first_case} with a hostile label")


def test_hostile_parameters_are_shown_as_texts(case: Case, deploy: Deploy) -> None:
    """In every page that tells of the run, those of the plugin too, in a tenant with a hostile name."""
    deployment = deploy(case.plugin)
    with deployment.app.app_context():
        tenant_by_slug(SLUG).name = HOSTILE
        db.session.commit()
    params = planted(deployment, case, HOSTILE, in_lists=True)
    run = deployment.finished(case.run_type, params)
    plugin = deployment.catalog.plugins[case.plugin]
    links = [link["url"] for link in run.related_links]
    paths = [*pages_of_run(run.id), *own_pages(deployment, plugin), *links]
    _require_text(look_at_pages(deployment.browser(Role.OWNER), paths), str(case))


def _require_text(shown: Mapping[str, str], what: str) -> None:
    for path, html in shown.items():
        found = [markup for markup in AS_MARKUP if markup in html]
        require(
            not found,
            f"{what}: {path} shows a text as markup. Let templates escape: no `|safe`, no `Markup(...)`, no "
            "HTML put together in Python.",
        )
