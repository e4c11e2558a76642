"""Holding what the gates hold, after everything that a generation shows was written."""

from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.types import JSON

from app.core import Tenant, clock, db
from app.plugins.drift.gates import Group
from app.plugins.drift.history import SYSTEM, EventKind
from app.plugins.drift.holds.rows import FindingHold, HoldState
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding, FindingEvent


class Holding:
    """Holds the findings of one run; whatever it does is one transaction, so that no page sees half of it."""

    def __init__(
        self, tenant: Tenant, scope_key: str, line: Line, run_id: int, fence: Callable[[], None]
    ) -> None:
        """Hold for one run.

        Args:
            tenant: whose.
            scope_key: what was compared.
            line: to which its findings belong.
            run_id: the generation; what it shows bears its number.
            fence: called before the commit; raises if another holds the run.
        """
        self._tenant, self._scope_key, self._line = tenant, scope_key, line
        self._run_id, self._fence = run_id, fence

    def hold(self, groups: Iterable[Group]) -> Counter[str]:
        """Hold these groups, let go what no gate holds any more, and count the rest as new; commits.

        What a person confirmed is never held again. What was dismissed stays held while it says the same.

        Returns:
            Gate -> how many findings of this run it holds, decided or not.
        """
        self._release()
        for group in groups:
            self._hold(group)
        self._tell()
        held = self._count()
        self._fence()
        db.session.commit()
        return held

    def _release(self) -> None:
        is_dismissed = Finding.hold_id.in_(self._ids(FindingHold.state == HoldState.DISMISSED))
        says_the_same = and_(is_dismissed, Finding.held_hash == Finding.evidence_hash)
        self._update(and_(Finding.held_by.is_not(None), ~says_the_same), held_by=None)

    def _hold(self, group: Group) -> None:
        matching = and_(self._is_held_by(group), self._is_holdable())
        count = db.session.scalar(select(func.count()).where(self._is_shown(), matching)) or 0
        if not count:
            return
        hold = self._open_hold(group)
        hold.sentence, hold.count, hold.run_id = group.sentence[:600], count, self._run_id
        db.session.flush()
        self._record_held(hold, and_(matching, or_(Finding.hold_id.is_(None), Finding.hold_id != hold.id)))
        self._update(
            matching, held_by=group.gate, hold_id=hold.id, held_hash=Finding.evidence_hash, is_untold=True
        )

    def _is_held_by(self, group: Group) -> ColumnElement[bool]:
        wanted = [
            Finding.collection.in_(group.collections),
            Finding.change_kind.in_([kind.value for kind in group.kinds]),
        ]
        if group.shapes:
            wanted.append(Finding.shape.in_(group.shapes))
        if group.types:
            wanted.append(Finding.subject_type.in_(group.types))
        return and_(*wanted)

    def _is_holdable(self) -> ColumnElement[bool]:
        """Only what nobody was told of before: a finding that somebody may be at work on does not vanish."""
        confirmed = self._ids(FindingHold.state == HoldState.CONFIRMED)
        return and_(
            Finding.held_by.is_(None),
            Finding.hidden_by.is_(None),
            Finding.stored_status == "new",
            or_(Finding.is_untold, Finding.opened_run_id == self._run_id),
            or_(Finding.hold_id.is_(None), Finding.hold_id.not_in(confirmed)),
        )

    def _open_hold(self, group: Group) -> FindingHold:
        wanted = {
            "tenant_id": self._tenant.id,
            "scope_key": self._scope_key,
            "line": self._line.value,
            "gate": group.gate,
            "collection": group.collection,
        }
        found = db.session.scalars(
            select(FindingHold)
            .filter_by(**wanted, state=HoldState.OPEN.value)
            .order_by(FindingHold.id)
            .limit(1)
        ).first()
        if found is None:
            found = FindingHold(**wanted, sentence="", count=0)
            db.session.add(found)
        return found

    def _record_held(self, hold: FindingHold, wanted: ColumnElement[bool]) -> None:
        told = select(
            Finding.tenant_id,
            Finding.id,
            literal(EventKind.HELD.value),
            literal(clock.now(), type_=FindingEvent.at.type),
            literal(SYSTEM),
            literal(hold.sentence[:400]),
            literal(self._run_id),
            literal({"gate": hold.gate}, type_=JSON()),
        ).where(self._is_shown(), wanted)
        columns = ["tenant_id", "finding_id", "kind", "at", "actor", "reason", "run_id", "facts"]
        db.session.execute(insert(FindingEvent).from_select(columns, told, include_defaults=False))

    def _tell(self) -> None:
        """From now on what is left counts as new by this run."""
        is_shown = and_(Finding.is_untold, Finding.held_by.is_(None), Finding.hidden_by.is_(None))
        self._update(is_shown, is_untold=False, opened_run_id=self._run_id)

    def _count(self) -> Counter[str]:
        query = select(Finding.held_by, func.count()).where(self._is_shown(), Finding.held_by.is_not(None))
        return Counter(
            {str(gate): count for gate, count in db.session.execute(query.group_by(Finding.held_by))}
        )

    def _is_shown(self) -> ColumnElement[bool]:
        return and_(Finding.operation_run_id == self._run_id, Finding.tenant_id == self._tenant.id)

    def _ids(self, wanted: ColumnElement[bool]) -> Select[int]:
        return select(FindingHold.id).where(FindingHold.tenant_id == self._tenant.id, wanted)

    def _update(self, wanted: ColumnElement[bool], **values: object) -> None:
        statement = update(Finding).where(self._is_shown(), wanted).values(**values)
        db.session.execute(statement, execution_options={"synchronize_session": False})
