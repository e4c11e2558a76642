"""digests by which the same change is found in other tenants, a path to group by, and who changed what."""

import json
import re
from collections.abc import Sequence
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AT_ONCE = 500
KEY = re.compile(r"\[.*?\](?=[/\[]|$)", re.DOTALL)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
WHAT = ("finding_type", "collection", "subject_type", "change_kind")

findings = sa.table(
    "findings",
    sa.column("id", sa.Integer),
    *(sa.column(name, sa.String) for name in (*WHAT, "main_path", "same_paths", "same_values")),
    sa.column("evidence", sa.JSON),
    sa.column("changed_paths", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table("findings", schema=None) as batch_op:
        for name, length in (("main_path", 300), ("same_paths", 32), ("same_values", 32)):
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    _fill(op.get_bind())
    with op.batch_alter_table("findings", schema=None) as batch_op:
        for name, length in (("main_path", 300), ("same_paths", 32), ("same_values", 32)):
            batch_op.alter_column(name, existing_type=sa.String(length=length), server_default=None)
        batch_op.create_index(
            batch_op.f("ix_findings_same_paths_tenant_id"), ["same_paths", "tenant_id"], unique=False
        )
    _create_audit_events()


def downgrade() -> None:
    op.drop_table("drift_audit_events")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_findings_same_paths_tenant_id"))
        for name in ("same_values", "same_paths", "main_path"):
            batch_op.drop_column(name)


def _create_audit_events() -> None:
    op.create_table(
        "drift_audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=600), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("operation", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_drift_audit_events_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["bulk_operation_runs.id"],
            name=op.f("fk_drift_audit_events_run_id_bulk_operation_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_audit_events")),
        sa.UniqueConstraint(
            "tenant_id",
            "event_id",
            "resource_id",
            name=op.f("uq_drift_audit_events_tenant_id_event_id_resource_id"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drift_audit_events", schema=None) as batch_op:
        for columns in (["tenant_id", "resource_id", "at"], ["run_id"]):
            name = batch_op.f(f"ix_drift_audit_events_{'_'.join(columns)}")
            batch_op.create_index(name, columns, unique=False)


def _fill(connection: sa.Connection) -> None:
    """As the product fills them when it sees a finding again."""
    after = 0
    query = sa.select(findings).order_by(findings.c.id).limit(AT_ONCE)
    while rows := connection.execute(query.where(findings.c.id > after)).mappings().all():
        for row in rows:
            likeness = _likeness(row)
            connection.execute(findings.update().where(findings.c.id == row["id"]).values(likeness))
        after = rows[-1]["id"]


def _likeness(row: sa.RowMapping) -> dict[str, str]:
    paths, evidence = row["changed_paths"] or [], row["evidence"] or {}
    entries = evidence.get("entries", [])
    values = [[entry[name] for name in ("path", "kind", "before", "after")] for entry in entries]
    is_whole = not (evidence.get("cut_entries") or evidence.get("cut_characters"))
    is_whole = is_whole and not any(
        str(side).startswith("secret value") for value in values for side in value[2:]
    )
    what = [row[name] for name in WHAT]
    return {
        "main_path": min((KEY.sub("", path) for path in paths), default="")[:300],
        "same_paths": _digest([*what, *sorted({ID.sub("*", path) for path in paths})]),
        "same_values": _digest(values) if values and is_whole else "",
    }


def _digest(parts: Sequence[object]) -> str:
    return blake2b(ID.sub("*", json.dumps(parts)).encode(), digest_size=16).hexdigest()
