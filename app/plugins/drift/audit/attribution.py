"""Who changed it: events of a finding's policy between its two captures, with how sure that is."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core import Tenant
from app.plugins.drift.audit.models import DriftAuditEvent
from app.plugins.drift.audit.store import events_between
from app.plugins.drift.models import Finding
from app.plugins.drift.shown.captures import Captures

LOOKED_AT = 50  # events
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What is done to a policy that such a finding is about; others may be a part of it.
_FITS = {
    "added": {"create"},
    "recreated": {"create"},
    "removed": {"delete"},
    "modified": {"patch", "update", "setreference", "action", "assign", "create", "delete"},
}


class Confidence(StrEnum):
    """How sure it is that an event made a change."""

    EXACT = "exact"  # it is the only one of this policy between the captures, and it is of this kind
    LIKELY = "likely"  # there are others, or it is of another kind: the latest that fits
    NONE = "none"  # nothing is known


@dataclass(frozen=True)
class Attribution:
    """An event and how sure it is; `others`: further events of the policy between the captures."""

    confidence: Confidence
    event: DriftAuditEvent | None = None
    others: int = 0


UNKNOWN = Attribution(Confidence.NONE)


def who_changed(tenant: Tenant, finding: Finding, captures: Captures) -> Attribution:
    """Hold a finding against the audit events of its policy.

    Only a policy with a Graph id can be found. The window is from the begin of the earlier capture to the end
    of the later one: what happened while a capture was read may or may not be in it.
    """
    both = [sync for sync in (captures.baseline, captures.current) if sync and sync.finished_at]
    found = _ID.match(finding.subject_external_id)
    if len(both) < 2 or found is None:
        return UNKNOWN
    begin = min(sync.started_at for sync in both)
    end = max(sync.finished_at or sync.started_at for sync in both)
    events = events_between(tenant, found[0], begin, end, limit=LOOKED_AT)
    fitting = [event for event in events if _fits(finding, event)]
    if not events:
        return UNKNOWN
    is_exact = len(events) == len(fitting) == 1
    confidence = Confidence.EXACT if is_exact else Confidence.LIKELY
    return Attribution(confidence, (fitting or events)[0], len(events) - 1)


def _fits(finding: Finding, event: DriftAuditEvent) -> bool:
    return event.operation in _FITS.get(finding.change_kind, ())
