"""Findings on their way into the table."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from app.core import JsonObject, Tenant, db, upsert
from app.plugins.drift.acknowledgements import pins_of
from app.plugins.drift.history import record_events
from app.plugins.drift.likeness import likeness_of
from app.plugins.drift.models import Finding
from app.plugins.drift.sighting import KnownFinding, Sighting, sighting_of

_KNOWN = (
    "fingerprint", "id", "evidence_hash", "revision", "stored_status", "acknowledged_until", "opened_run_id",
    "resolved_at", "severity", "evidence",
)  # fmt: skip
# What seeing a finding again does not change.
_KEPT = frozenset({"tenant_id", "fingerprint", "first_run_id", "created_at", "is_untold"})


def store(tenant: Tenant, run_id: int, rows: Sequence[JsonObject]) -> None:
    """Insert findings, or bring those up to date that were found before; the caller fences and commits.

    Args:
        tenant: whose.
        run_id: the run that shows them.
        rows: columns of `Finding`, the same in each, without those of its likeness; the fingerprint says
            which finding it is.
    """
    if not rows:
        return
    known = _known(tenant, rows)
    pins = pins_of([finding.id for finding in known.values()])
    sightings = {
        row["fingerprint"]: sighting_of(found, row, pins[found.id] if found else (), run_id)
        for row in rows
        for found in [known.get(row["fingerprint"])]
    }
    _upsert([row | likeness_of(row) | sightings[row["fingerprint"]].standing for row in rows])
    _record(tenant, known, sightings)


def _known(tenant: Tenant, rows: Sequence[JsonObject]) -> Mapping[str, KnownFinding]:
    """Those found before, by fingerprint; locked, so that what a person does meanwhile waits."""
    query = (
        select(*(getattr(Finding, name) for name in _KNOWN))
        .where(Finding.tenant_id == tenant.id, Finding.fingerprint.in_([row["fingerprint"] for row in rows]))
        .order_by(Finding.id)
        .with_for_update()
    )
    return {row.fingerprint: _as_known(row) for row in db.session.execute(query)}


def _as_known(row: Row[*tuple[Any, ...]]) -> KnownFinding:
    return KnownFinding(
        id=row.id,
        evidence_hash=row.evidence_hash,
        revision=row.revision,
        status=row.stored_status,
        acknowledged_until=row.acknowledged_until,
        opened_run_id=row.opened_run_id,
        is_open=row.resolved_at is None,
        severity=row.severity,
        total_changes=row.evidence.get("total_changes", 0),
    )


def _upsert(rows: Sequence[JsonObject]) -> None:
    statement = upsert(Finding)
    refreshed = {name: statement.excluded[name] for name in rows[0] if name not in _KEPT}
    db.session.connection().execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "fingerprint"], set_=refreshed),
        list(rows),
    )


def _record(tenant: Tenant, known: Mapping[str, KnownFinding], sightings: Mapping[str, Sighting]) -> None:
    numbers = {fingerprint: finding.id for fingerprint, finding in known.items()}
    numbers |= _numbers(tenant, [fingerprint for fingerprint in sightings if fingerprint not in known])
    record_events(
        tenant,
        [
            (numbers[fingerprint], event)
            for fingerprint, sighting in sightings.items()
            for event in sighting.events
        ],
    )


def _numbers(tenant: Tenant, fingerprints: Sequence[str]) -> dict[str, int]:
    if not fingerprints:
        return {}
    query = select(Finding.fingerprint, Finding.id).where(
        Finding.tenant_id == tenant.id, Finding.fingerprint.in_(fingerprints)
    )
    return dict(db.session.execute(query).all())
