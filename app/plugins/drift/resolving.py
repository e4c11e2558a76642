"""Which open findings a newer look no longer shows: they are resolved, and nothing that was not read is."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import select, update

from app.core import Tenant, clock, db
from app.plugins.drift.history import Event, EventKind, record_events
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding
from app.plugins.drift.open_findings import OpenFinding, Reading, open_findings
from app.plugins.drift.pair import SnapshotPair

BACK = "It is again as it was in the state compared with."
OTHER_KIND = "It is another change now, which has a finding of its own."


class Resolver:
    """Judges the open findings of one line after everything that a generation shows was written."""

    def __init__(
        self, tenant: Tenant, pair: SnapshotPair, line: Line, run_id: int, fence: Callable[[], None]
    ) -> None:
        """Judge for one run.

        Args:
            tenant: whose.
            pair: what was compared.
            line: the findings of the other line are left alone.
            run_id: the drift generation; what it shows bears its number.
            fence: called in each writing transaction before its commit; raises if another holds the run.
        """
        self._tenant, self._pair, self._line = tenant, pair, line
        self._run_id, self._fence = run_id, fence

    def resolve(self, differing: Collection[str], unknown: Collection[str], step: Callable[[], None]) -> None:
        """Close what the current sync says is over; commits.

        Only findings that this run did not show and whose own sync is not newer are judged, each by what the
        current sync says of its policy.

        Args:
            differing: ids of policies that differ between both syncs, believed or not.
            unknown: ids of policies that the baseline did not read.
            step: called between two transactions.
        """
        reading = Reading(self._pair.current)
        for some in open_findings(self._tenant, self._pair.scope_key):
            judged = [finding for finding in some if self._is_judged(finding)]
            over = self._over(judged, reading, differing, unknown) if judged else {}
            if over:
                self._close(over)
            self._fence()
            db.session.commit()
            step()

    def _is_judged(self, finding: OpenFinding) -> bool:
        is_newer = finding.current_run_id is not None and finding.current_run_id > self._pair.current.id
        return finding.line == self._line and finding.operation_run_id != self._run_id and not is_newer

    def _over(
        self,
        judged: Sequence[OpenFinding],
        reading: Reading,
        differing: Collection[str],
        unknown: Collection[str],
    ) -> dict[int, str]:
        """Number of a finding that is over -> why it is."""
        contents, shown = reading.contents(judged), self._shown(judged)
        reasons = {finding.id: self._why(finding, contents, shown, differing, unknown) for finding in judged}
        return {number: why for number, why in reasons.items() if why}

    def _why(
        self,
        finding: OpenFinding,
        contents: Mapping[str, str | None],
        shown: Collection[str],
        differing: Collection[str],
        unknown: Collection[str],
    ) -> str | None:
        """Why a finding is over; none: it is not, or nobody knows."""
        if finding.policy_id not in contents:
            return None
        if finding.policy_id in shown:
            return OTHER_KIND
        if self._line is Line.BASELINE:
            is_back = finding.policy_id not in differing and finding.policy_id not in unknown
        else:
            before = None if finding.is_recreated else finding.before_hash
            is_back = contents[finding.policy_id] == before
        return BACK if is_back else None

    def _shown(self, findings: Sequence[OpenFinding]) -> Collection[str]:
        """Policies that this run shows in another finding of the line."""
        query = select(Finding.policy_id).where(
            Finding.tenant_id == self._tenant.id,
            Finding.policy_id.in_({finding.policy_id for finding in findings}),
            Finding.operation_run_id == self._run_id,
            Finding.line == self._line,
        )
        return set(db.session.scalars(query))

    def _close(self, over: Mapping[int, str]) -> None:
        closing = update(Finding).where(Finding.tenant_id == self._tenant.id, Finding.id.in_(over))
        db.session.execute(
            closing.values(resolved_at=clock.now(), resolved_run_id=self._run_id),
            execution_options={"synchronize_session": False},
        )
        facts = {"baseline": self._pair.baseline.id, "current": self._pair.current.id}
        record_events(
            self._tenant,
            [
                (finding_id, Event(kind=EventKind.RESOLVED, reason=why, run_id=self._run_id, facts=facts))
                for finding_id, why in over.items()
            ],
        )
