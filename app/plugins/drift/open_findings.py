"""The open findings of one scope, a page at a time, with what a sync says of their policies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from app.core import Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import states_of
from app.plugins.inventory import CoverageState, InventorySyncRun, PolicyFilter, choose_policies

AT_ONCE = 500


class OpenFinding(NamedTuple):
    """What closing a finding has to know of it."""

    id: int
    line: str
    change_kind: str
    collection: str
    policy_id: str
    current_run_id: int | None
    operation_run_id: int | None
    before_hash: str | None
    after_hash: str | None

    @property
    def is_recreated(self) -> bool:
        """Whether the content before was that of a policy with another id."""
        return self.change_kind == ChangeKind.RECREATED


def open_findings(tenant: Tenant, scope_key: str) -> Iterator[Sequence[OpenFinding]]:
    """Open findings of drift of one scope that name their policy, oldest first, some hundreds at a time.

    Each page is locked until the transaction ends: who closes findings does so before asking for the next.
    """
    last = 0
    while some := _after(tenant, scope_key, last):
        yield some
        last = some[-1].id


def _after(tenant: Tenant, scope_key: str, last: int) -> Sequence[OpenFinding]:
    query = (
        select(*(getattr(Finding, name) for name in OpenFinding._fields))
        .where(
            Finding.tenant_id == tenant.id,
            Finding.scope_key == scope_key,
            Finding.line.is_not(None),
            Finding.policy_id.is_not(None),
            Finding.resolved_at.is_(None),
            Finding.id > last,
        )
        .order_by(Finding.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    return [OpenFinding(*row) for row in db.session.execute(query)]


class Reading:
    """What one sync says of policies: their contents, that they are gone, or nothing."""

    def __init__(self, sync: InventorySyncRun) -> None:
        """Look up how completely it read each collection."""
        self._sync, self._states = sync, states_of(sync)

    def contents(self, findings: Sequence[OpenFinding]) -> Mapping[str, str | None]:
        """Policy id -> hash of its content, none: it is not there; what was not read is left out."""
        wanted = PolicyFilter(policy_ids=tuple({finding.policy_id for finding in findings}))
        read: dict[str, str | None] = {
            policy.policy_id: policy.content_hash for policy in choose_policies(self._sync, wanted)
        }
        gone = {
            finding.policy_id: None
            for finding in findings
            if finding.policy_id not in read and self._is_complete(finding.collection)
        }
        return read | gone

    def _is_complete(self, collection: str) -> bool:
        state = self._states.get(collection)
        return state is not None and CoverageState(state).is_complete
