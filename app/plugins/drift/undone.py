"""Changes that take back what nobody had reviewed yet: no news, because what they undo is resolved."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from app.core import Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.drifted import DriftedPolicy
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import SnapshotPair


class Undone:
    """Leaves out of one comparison of a pair what only undoes an open finding of an earlier one.

    A policy that was changed between two syncs and changed back before the third is drift in neither of them
    for whoever looks afterwards. What somebody acknowledged is not undone in silence.
    """

    def __init__(self, tenant: Tenant, pair: SnapshotPair, line: Line, run_id: int) -> None:
        """Look for one run.

        Args:
            tenant: whose.
            pair: what is compared.
            line: against a baseline nothing is left out: there, what changed back does not differ.
            run_id: the drift generation; what it has resolved itself counts as open.
        """
        self._tenant, self._pair, self._line, self._run_id = tenant, pair, line, run_id
        self.count = 0

    def left(self, policies: Sequence[DriftedPolicy]) -> Sequence[DriftedPolicy]:
        """Those of a chunk that are news; the others are counted. Ends its transaction."""
        if self._line is not Line.PAIR:
            return policies
        reversals = self._reversals(policies)
        db.session.commit()
        left = [policy for policy in policies if _key(policy) not in reversals]
        self.count += len(policies) - len(left)
        return left

    def sentence(self) -> str | None:
        """What was left out, or nothing."""
        if not self.count:
            return None
        told = f"Changes that only take back what nobody had reviewed: {self.count}."
        return f"{told} What they undo is resolved."

    def _reversals(self, policies: Sequence[DriftedPolicy]) -> set[tuple[str, str | None, str | None]]:
        """What would undo each open finding that nobody has accepted."""
        found = Finding
        query = select(
            found.change_kind, found.policy_id, found.display_name, found.before_hash, found.after_hash
        ).where(
            found.tenant_id == self._tenant.id,
            found.scope_key == self._pair.scope_key,
            found.line == self._line.value,
            found.current_run_id < self._pair.current.id,
            found.status == "new",
            or_(found.resolved_at.is_(None), found.resolved_run_id == self._run_id),
            or_(*_about(policies)),
        )
        return {
            (_subject(kind, policy_id, name), after, before)
            for kind, policy_id, name, before, after in db.session.execute(query)
        }


def _about(policies: Sequence[DriftedPolicy]) -> list[ColumnElement[bool]]:
    ids = {policy.policy_id for policy in policies}
    names = {policy.display_name for policy in policies if policy.kind is ChangeKind.RECREATED}
    if not names:
        return [Finding.policy_id.in_(ids)]
    recreated = Finding.change_kind == ChangeKind.RECREATED.value
    return [Finding.policy_id.in_(ids), and_(recreated, Finding.display_name.in_(names))]


def _key(policy: DriftedPolicy) -> tuple[str, str | None, str | None]:
    subject = _subject(policy.kind, policy.policy_id, policy.display_name)
    return subject, policy.before_hash, policy.after_hash


def _subject(kind: str, policy_id: str | None, name: str) -> str:
    """What tells policies apart; one that was made again goes by its name."""
    return f"name:{name}" if kind == ChangeKind.RECREATED else f"id:{policy_id}"
