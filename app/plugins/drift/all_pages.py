"""Every page of drift: to import them is to add them to their blueprints."""

from app.plugins.drift import (
    audit_pages,
    by_tenant,
    export_pages,
    finding_list,
    finding_page,
    tenant_pages,
    trend_page,
    views,
)
from app.plugins.drift.baseline_views import baseline_pages
from app.plugins.drift.blueprints import drift_pages, finding_pages
from app.plugins.drift.review_views import review_pages

__all__ = [
    "audit_pages",
    "baseline_pages",
    "by_tenant",
    "drift_pages",
    "export_pages",
    "finding_list",
    "finding_page",
    "finding_pages",
    "review_pages",
    "tenant_pages",
    "trend_page",
    "views",
]
