"""Findings by tenant: how many match the same filters in each tenant of the viewer."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import render_template, request
from sqlalchemy import func, select

from app.core import Role, Tenant, User, db, signed_in_user, tenant_required, tenants_seen_by
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.finding_filters import read_shown
from app.plugins.drift.findings import FindingFilter, narrowed
from app.plugins.drift.models import Finding


class TenantCount(NamedTuple):
    """A tenant, and how many of its findings match."""

    tenant: Tenant
    number: int


@finding_pages.get("/tenants")
@tenant_required(Role.READONLY)
def by_tenant() -> str:
    """Every tenant of the viewer with what matches there; the tenant of the address is one of them."""
    chosen = read_shown(request.args).anywhere
    counted = count_by_tenant(signed_in_user(), chosen.wanted)
    return render_template("findings/tenants.html", chosen=chosen, counted=counted)


def count_by_tenant(viewer: User, wanted: FindingFilter) -> Sequence[TenantCount]:
    """The tenants of a viewer, those with most matching findings first; those with none included.

    Whether the viewer is a member is asked in the same query: nothing of any other tenant is counted.
    """
    of_tenant = select(func.count(Finding.id)).where(Finding.tenant_id == Tenant.id).correlate(Tenant)
    number = narrowed(wanted, of_tenant).label("number")
    query = select(Tenant, number).where(Tenant.id.in_(tenants_seen_by(viewer)))
    rows = db.session.execute(query.order_by(number.desc(), Tenant.name))
    return [TenantCount(*row) for row in rows]
