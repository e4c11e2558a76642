"""Held groups as they are read."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from app.core import Tenant, db
from app.plugins.drift.gates import GATES
from app.plugins.drift.holds.rows import FindingHold, HoldState
from app.plugins.drift.models import Finding

LABELS = {gate.key: gate.label for gate in GATES}
MOST = 50  # groups on a page


class HeldGroup(NamedTuple):
    """One group with what it holds now."""

    hold: FindingHold
    held: int

    @property
    def label(self) -> str:
        """What people call its gate; one that is gone is called by its key."""
        return LABELS.get(self.hold.gate, self.hold.gate)


def held_groups(tenant: Tenant, *states: HoldState) -> Sequence[HeldGroup]:
    """The newest groups of some states that hold an open finding, newest first."""
    query = (
        select(FindingHold, func.count())
        .join(Finding, Finding.hold_id == FindingHold.id)
        .where(
            FindingHold.tenant_id == tenant.id,
            FindingHold.state.in_(states),
            Finding.held_by.is_not(None),
            Finding.resolved_at.is_(None),
        )
        .group_by(FindingHold.id)
        .order_by(FindingHold.id.desc())
        .limit(MOST)
    )
    return [HeldGroup(*row) for row in db.session.execute(query)]
