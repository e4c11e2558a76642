"""Findings on their way into the table."""

from collections.abc import Sequence

from app.core import JsonObject, db, redact, upsert
from app.plugins.drift.compare import Change, changed_paths, evidence_of
from app.plugins.drift.likeness import likeness_of
from app.plugins.drift.models import Finding

# What seeing a finding again does not change.
_KEPT = frozenset({"tenant_id", "fingerprint", "first_run_id", "created_at", "status"})


def shown(changes: Sequence[Change]) -> JsonObject:
    """What a finding shows of its changes: bounded and redacted."""
    return {"evidence": evidence_of(changes, redact), "changed_paths": changed_paths(changes, redact)}


def store(rows: Sequence[JsonObject]) -> None:
    """Insert findings, or bring those up to date that were found before; the caller fences and commits.

    Args:
        rows: columns of `Finding`, the same in each, without those of its likeness; the fingerprint says
            which finding it is.
    """
    if not rows:
        return
    complete = [row | likeness_of(row) for row in rows]
    statement = upsert(Finding)
    refreshed = {name: statement.excluded[name] for name in complete[0] if name not in _KEPT}
    db.session.connection().execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "fingerprint"], set_=refreshed),
        complete,
    )
