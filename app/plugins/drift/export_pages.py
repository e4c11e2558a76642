"""Findings as files and as a report: those that the list shows under the same query, all pages of them."""

from flask import Response, request, stream_template

from app.core import Role, current_tenant, db, send_chunks, tenant_required
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.export_about import about_export, about_lines
from app.plugins.drift.exports import Export, csv_of, export_of, json_of
from app.plugins.drift.finding_filters import read_shown


@finding_pages.get("/export.csv")
@tenant_required(Role.READONLY)
def export_csv() -> Response:
    """The findings as CSV."""
    return send_chunks(csv_of(_export()), "text/csv", name=_name("csv"))


@finding_pages.get("/export.json")
@tenant_required(Role.READONLY)
def export_json() -> Response:
    """The same as JSON."""
    return send_chunks(json_of(_export()), "application/json", name=_name("json"))


@finding_pages.get("/report")
@tenant_required(Role.READONLY)
def report() -> Response:
    """The same as a page that prints well."""
    export = _export()
    page = stream_template("findings/report.html", export=export, lines=list(about_lines(export.about)))
    return send_chunks((part for part in page), "text/html")


def _export() -> Export:
    tenant, chosen = current_tenant(), read_shown(request.args)
    about = about_export(tenant, chosen)
    return export_of(db.engine, tenant, chosen.wanted, about)


def _name(ending: str) -> str:
    return f"findings-{current_tenant().slug}.{ending}"
