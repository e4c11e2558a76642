"""What it means for a finding that a run shows it: found, seen again, changed, reopened or back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core import JsonObject
from app.plugins.drift.acceptance import Pin, acceptance_of
from app.plugins.drift.history import Event, EventKind
from app.plugins.drift.standing import is_over

ACKNOWLEDGED, NEW = "acknowledged", "new"
OPEN: JsonObject = {"resolved_at": None, "resolved_run_id": None, "absorbed_version": None}
WHY = {
    EventKind.REOPENED: "It changed after it was acknowledged.",
    EventKind.EXPIRED: "The acknowledgement was for a time that is over.",
}


@dataclass(frozen=True)
class KnownFinding:
    """What the table says of a finding that is seen again."""

    id: int
    evidence_hash: str
    revision: int
    status: str
    acknowledged_until: datetime | None
    opened_run_id: int | None
    is_open: bool
    severity: str
    total_changes: int


@dataclass(frozen=True)
class Sighting:
    """What becomes of a finding.

    Attributes:
        standing: columns of `Finding`.
        events: for its history, in their order.
    """

    standing: JsonObject
    events: tuple[Event, ...]


def sighting_of(
    known: KnownFinding | None, seen: Mapping[str, object], pins: Iterable[Pin], run_id: int
) -> Sighting:
    """What becomes of a finding that a run shows.

    Args:
        known: as it stands; none: it was never seen.
        seen: columns of `Finding` as the run tells them, the hashes among them.
        pins: what people acknowledged of it and did not withdraw.
        run_id: the run.
    """
    if known is None:
        return _new_one(seen, run_id)
    # What was seen before there were hashes is taken for the same.
    is_same = known.evidence_hash in {"", seen["evidence_hash"]}
    if is_same and known.is_open:
        return _unchanged(known, run_id)
    accepted = acceptance_of(str(seen["evidence_hash"]), _hashes(seen), pins)
    kind = _kind(known, is_accepted=accepted is not None)
    was: JsonObject = {} if is_same else {"was": {"severity": known.severity, "changes": known.total_changes}}
    event = Event(
        kind=kind,
        reason="The acknowledgement fits it as it is." if accepted else WHY.get(kind),
        run_id=run_id,
        facts=_told(seen) | was,
    )
    is_news = accepted is None and kind is not EventKind.CHANGED
    return Sighting(
        {
            **OPEN,
            "status": ACKNOWLEDGED if accepted else NEW,
            "acknowledged_until": accepted.until if accepted else None,
            "revision": known.revision + (not is_same),
            "opened_run_id": run_id if is_news else known.opened_run_id,
        },
        (event,),
    )


def _new_one(seen: Mapping[str, object], run_id: int) -> Sighting:
    standing = {
        **OPEN,
        "status": NEW,
        "acknowledged_until": None,
        "revision": 1,
        "opened_run_id": run_id,
    }
    return Sighting(standing, (Event(kind=EventKind.FOUND, run_id=run_id, facts=_told(seen)),))


def _unchanged(known: KnownFinding, run_id: int) -> Sighting:
    is_expired = known.status == ACKNOWLEDGED and is_over(known.acknowledged_until)
    standing = {
        **OPEN,
        "status": NEW if is_expired else known.status,
        "acknowledged_until": None if is_expired else known.acknowledged_until,
        "revision": known.revision,
        "opened_run_id": known.opened_run_id,
    }
    expired = Event(kind=EventKind.EXPIRED, reason=WHY[EventKind.EXPIRED], run_id=run_id)
    return Sighting(standing, (expired,) if is_expired else ())


def _kind(known: KnownFinding, *, is_accepted: bool) -> EventKind:
    if not known.is_open:
        return EventKind.RETURNED
    was_accepted = known.status == ACKNOWLEDGED
    return EventKind.REOPENED if was_accepted and not is_accepted else EventKind.CHANGED


def _told(seen: Mapping[str, object]) -> JsonObject:
    return {name: seen[key] for name, key in _TOLD.items() if seen.get(key) is not None}


_TOLD = {"severity": "severity", "baseline": "baseline_run_id", "current": "current_run_id"}


def _hashes(seen: Mapping[str, object]) -> Mapping[str, str]:
    hashes = seen["path_hashes"]
    return hashes if isinstance(hashes, dict) else {}
