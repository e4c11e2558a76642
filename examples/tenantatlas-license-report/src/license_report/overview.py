"""The card on a tenant's start page: how many licenses its policies need."""

from collections.abc import Iterator

from flask import url_for

from app.core import CardFact, OverviewCard, Tenant
from license_report.reports import counts_of, finished_reports


def _facts(tenant: Tenant) -> Iterator[CardFact]:
    reports = finished_reports(tenant, limit=1)
    if not reports:
        yield CardFact("None", "No license report yet", "neutral", url_for("license_report.index"))
    for report in reports:
        counts = counts_of(report)
        url = url_for("license_report.show", sync_run_id=report.sync_run_id)
        policies = f"{sum(counts.values()):,} policies of sync {report.sync_run_id}"
        yield CardFact(len(counts), f"needed by {policies}", "info", url)


needed_licenses = OverviewCard(
    key="needed_licenses", label="Licenses needed", icon="patch-check", facts=_facts
)
