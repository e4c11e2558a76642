"""The same change in other tenants that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.core import Tenant, User, db, tenants_seen_by
from app.plugins.drift.models import Finding

SHOWN = 20


@dataclass(frozen=True)
class Elsewhere:
    """Findings of other tenants, each with its tenant.

    Attributes:
        has_more: whether there are others than those.
    """

    found: Sequence[tuple[Finding, Tenant]]
    has_more: bool


def same_change_elsewhere(tenant: Tenant, finding: Finding, viewer: User) -> Elsewhere:
    """Findings of the same paths that also have the same values or the same name, newest first.

    Whether the viewer is a member of a tenant is asked in the same query: nothing of any other is read.
    """
    alike = [Finding.display_name == finding.display_name]
    if finding.same_values:
        alike.append(Finding.same_values == finding.same_values)
    query = (
        select(Finding, Tenant)
        .join(Tenant, Tenant.id == Finding.tenant_id)
        .where(
            Finding.same_paths == finding.same_paths,
            Finding.same_paths != "",
            Finding.tenant_id != tenant.id,
            Finding.tenant_id.in_(tenants_seen_by(viewer)),
            or_(*alike),
        )
        .order_by(Finding.id.desc())
    )
    found = [(other, its_tenant) for other, its_tenant in db.session.execute(query.limit(SHOWN + 1))]
    return Elsewhere(found[:SHOWN], len(found) > SHOWN)
