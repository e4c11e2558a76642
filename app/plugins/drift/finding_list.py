"""The list of a tenant's findings."""

from flask import render_template, request, url_for

from app.core import Role, current_tenant, retry_offer, tenant_required
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.finding_filters import LONGEST_PATH, LONGEST_TEXT, ShownFindings, read_shown
from app.plugins.drift.finding_types import finding_type_description, finding_type_label
from app.plugins.drift.findings import collections_with_findings, count_findings, types_with_findings
from app.plugins.drift.paging import FindingPage, turn_to
from app.plugins.drift.severity import Severity
from app.plugins.drift.shown.labels import label_of
from app.plugins.drift.shown.path_text import steps_of

GROUP_LABELS = {"severity": "Severity", "type": "Policy type", "change": "Change", "path": "Path"}

finding_pages.add_app_template_filter(finding_type_label)
finding_pages.add_app_template_filter(finding_type_description)
finding_pages.add_app_template_filter(lambda path: label_of(steps_of(path)), "path_label")


@finding_pages.get("", endpoint="index")
@tenant_required(Role.READONLY)
def list_page() -> str:
    """Findings in groups, page by page."""
    tenant, chosen = current_tenant(), read_shown(request.args)
    page = turn_to(tenant, chosen.wanted, chosen.group, after=chosen.after, before=chosen.before)
    run_id = chosen.wanted.run_id
    return render_template(
        "findings/index.html",
        page=page,
        counts=count_findings(tenant, chosen.wanted),
        chosen=chosen,
        severities=list(Severity),
        kinds=list(ChangeKind),
        groups=GROUP_LABELS,
        longest=(LONGEST_PATH, LONGEST_TEXT),
        collections=collections_with_findings(tenant),
        types=types_with_findings(tenant),
        retry=retry_offer(run_id) if run_id else None,
        **_steps(chosen, page),
    )


def _steps(chosen: ShownFindings, page: FindingPage) -> dict[str, str]:
    """Addresses of the pages beside this one; empty: there is none."""
    return {
        "earlier_url": url_for("findings.index", **chosen.query, before=page.before) if page.before else "",
        "later_url": url_for("findings.index", **chosen.query, after=page.after) if page.after else "",
    }
