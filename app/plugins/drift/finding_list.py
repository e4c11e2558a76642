"""The list of a tenant's findings."""

from flask import render_template, request, url_for

from app.core import JsonObject, Role, current_tenant, find_run, may, retry_offer, tenant_required
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.finding_filters import LONGEST_PATH, LONGEST_TEXT, ShownFindings, read_shown
from app.plugins.drift.finding_types import finding_type_description, finding_type_label
from app.plugins.drift.findings import (
    choice_of,
    collections_with_findings,
    count_findings,
    count_states,
    types_with_findings,
)
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState
from app.plugins.drift.line import Line
from app.plugins.drift.paging import FindingPage, turn_to
from app.plugins.drift.rules.ruleset import count_hidden
from app.plugins.drift.severity import Severity
from app.plugins.drift.shown.labels import label_of
from app.plugins.drift.shown.path_text import steps_of
from app.plugins.drift.standing import FindingState, StateFilter

GROUP_LABELS = {"severity": "Severity", "type": "Policy type", "change": "Change", "path": "Path"}
CHOOSABLE = {StateFilter.OPEN, StateFilter.NEW, StateFilter.ALL}

finding_pages.add_app_template_filter(finding_type_label)
finding_pages.add_app_template_filter(finding_type_description)
finding_pages.add_app_template_filter(lambda path: label_of(steps_of(path)), "path_label")


@finding_pages.get("", endpoint="index")
@tenant_required(Role.READONLY)
def list_page() -> str:
    """Findings in groups, page by page."""
    return render_template("findings/index.html", **listed(read_shown(request.args)))


def listed(chosen: ShownFindings) -> JsonObject:
    """What the list needs."""
    tenant, wanted = current_tenant(), chosen.wanted
    page = turn_to(tenant, wanted, chosen.group, after=chosen.after, before=chosen.before)
    states = count_states(tenant, wanted)
    return {
        "page": page,
        "counts": count_findings(tenant, wanted),
        "states": states,
        "choice": choice_of(tenant, wanted.new_ones),
        "choosable": wanted.state in CHOOSABLE and states[FindingState.NEW] > 0,
        "chosen": chosen,
        "held": held_groups(tenant, HoldState.OPEN),
        "hidden": sum(count_hidden(tenant).values()),
        "may_manage": may(Role.MANAGER),
        "severities": list(Severity),
        "kinds": list(ChangeKind),
        "lines": list(Line),
        "groups": GROUP_LABELS,
        "longest": (LONGEST_PATH, LONGEST_TEXT),
        # Also one that the tenant has nothing in: who came from another tenant keeps the filter.
        "collections": sorted({*collections_with_findings(tenant), *filter(None, [wanted.collection])}),
        "types": types_with_findings(tenant),
        "retry": retry_offer(wanted.run_id) if wanted.run_id else None,
        "started": find_run(tenant, request.args.get("started", 0, type=int)),
        **_steps(chosen, page),
    }


def _steps(chosen: ShownFindings, page: FindingPage) -> dict[str, str]:
    """Addresses of the pages beside this one; empty: there is none."""
    return {
        "earlier_url": url_for("findings.index", **chosen.query, before=page.before) if page.before else "",
        "later_url": url_for("findings.index", **chosen.query, after=page.after) if page.after else "",
    }
