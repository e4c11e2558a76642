"""The page of a report: what is needed by how many policies, and which these are."""

from flask import Blueprint, abort, render_template, request

from app.core import Role, Tenant, current_tenant, kept_runs, tenant_required
from app.plugins.inventory import collection_label, find_sync
from license_report.licenses import LICENSES, license_label
from license_report.models import Report
from license_report.reports import SHOWN, counts_of, finished_reports, policies_of, report_of_sync

pages = Blueprint(
    "license_report", __name__, url_prefix="/t/<tenant>/license-report", template_folder="templates"
)


@pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """The newest report."""
    reports = finished_reports(current_tenant(), limit=1)
    return _page(current_tenant(), reports[0]) if reports else render_template("license_report/none.html")


@pages.get("/syncs/<int:sync_run_id>")
@tenant_required(Role.READONLY)
def show(sync_run_id: int) -> str:
    """The report about one sync."""
    report = report_of_sync(current_tenant(), sync_run_id)
    if report is None:
        abort(403)
    return _page(current_tenant(), report)


def _page(tenant: Tenant, report: Report) -> str:
    chosen = request.args.get("license", "").strip()[:40] or None
    return render_template(
        "license_report/show.html",
        report=report,
        sync=find_sync(tenant, report.sync_run_id),
        counts=counts_of(report),
        policies=policies_of(report, chosen),
        chosen=chosen,
        limit=SHOWN,
        others=[other for other in finished_reports(tenant) if other.id != report.id],
        kept=kept_runs(tenant, [] if report.run_id is None else [report.run_id]),
        licenses=LICENSES,
        license_label=license_label,
        type_label=collection_label,
    )
