"""acknowledgements, the life of a finding, and versions of a baseline."""

import json
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("resolved_at IS NULL")
ENDING = sa.text("acknowledged_until IS NOT NULL")
IDENTITY = ("finding_type", "scope_key", "subject_type", "subject_external_id", "change_kind")


def upgrade() -> None:
    with op.batch_alter_table("findings", schema=None) as batch_op:
        for column in _added():
            batch_op.add_column(column)
        batch_op.drop_index(batch_op.f("ix_findings_tenant_id_status_severity_rank"))
        batch_op.create_index(
            batch_op.f("ix_findings_tenant_id_policy_id"), ["tenant_id", "policy_id"], unique=False
        )
        batch_op.create_index(
            "ix_findings_open",
            ["tenant_id", "severity_rank", "status", "acknowledged_until"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            batch_op.f("ix_findings_acknowledged_until"),
            ["acknowledged_until"],
            unique=False,
            sqlite_where=ENDING,
            postgresql_where=ENDING,
        )
    _create_acknowledgements()
    _create_events()
    _version_baselines()
    _tell_lines_apart()


def _added() -> list[sa.Column[object]]:
    return [
        sa.Column("line", sa.String(length=16)),
        sa.Column("opened_run_id", sa.Integer()),
        sa.Column("acknowledged_until", MOMENT),
        sa.Column("before_hash", sa.String(length=32)),
        sa.Column("after_hash", sa.String(length=32)),
        sa.Column("evidence_hash", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("path_hashes", JSON, nullable=False, server_default="{}"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolved_run_id", sa.Integer()),
        sa.Column("absorbed_version", sa.Integer()),
    ]


def _create_acknowledgements() -> None:
    op.create_table(
        "finding_acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=True),
        sa.Column("pinned_hash", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("acknowledged_by", sa.String(length=255), nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=255), nullable=True),
        *_owned("finding_acknowledgements"),
        sqlite_autoincrement=True,
    )
    for column in ("finding_id", "tenant_id"):
        name = op.f(f"ix_finding_acknowledgements_{column}")
        op.create_index(name, "finding_acknowledgements", [column], unique=False)


def _create_events() -> None:
    op.create_table(
        "finding_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        *_owned("finding_events"),
        sqlite_autoincrement=True,
    )
    for columns in (["finding_id", "id"], ["tenant_id", "run_id", "kind"]):
        name = op.f(f"ix_finding_events_{'_'.join(columns)}")
        op.create_index(name, "finding_events", columns, unique=False)


def _owned(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f(f"fk_{table}_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _version_baselines() -> None:
    """The baseline that a scope had becomes its version 1."""
    op.execute("CREATE TABLE drift_former_baselines AS SELECT * FROM drift_baselines")
    op.drop_table("drift_baselines")
    op.create_table(
        "drift_baselines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("scope_key", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("sync_run_id", sa.Integer(), nullable=False),
        sa.Column("looked_at_id", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.String(length=255), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=255), nullable=True),
        sa.Column("absorbed", sa.Integer(), nullable=False),
        *_foreign_keys_of_baselines(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_baselines")),
        sa.UniqueConstraint(
            "tenant_id", "scope_key", "version", name=op.f("uq_drift_baselines_tenant_id_scope_key_version")
        ),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO drift_baselines"
        " (tenant_id, scope_key, version, name, reason, sync_run_id, set_by, set_at, absorbed)"
        " SELECT tenant_id, scope_key, 1, '', '', sync_run_id, set_by, set_at, 0 FROM drift_former_baselines"
    )
    op.execute("DROP TABLE drift_former_baselines")


def _tell_lines_apart() -> None:
    """Say of each finding of drift what was compared; name those of a baseline anew."""
    op.execute("UPDATE findings SET opened_run_id = first_run_id")
    op.execute("UPDATE findings SET line = 'pair' WHERE finding_type = 'drift'")
    op.execute(
        "UPDATE findings SET line = 'baseline' WHERE finding_type = 'drift' AND EXISTS ("
        "SELECT 1 FROM drift_baselines b WHERE b.tenant_id = findings.tenant_id"
        " AND b.scope_key = findings.scope_key AND b.sync_run_id = findings.baseline_run_id)"
    )
    for column, sync in (("before_hash", "baseline_run_id"), ("after_hash", "current_run_id")):
        op.execute(
            f"UPDATE findings SET {column} = (SELECT MAX(v.content_hash) FROM inventory_versions v"  # noqa: S608 - both names are ours
            f" WHERE v.policy_id = findings.policy_id AND v.from_run_id <= findings.{sync}"
            f" AND (v.until_run_id IS NULL OR v.until_run_id > findings.{sync}))"
            " WHERE finding_type = 'drift'"
        )
    _name_those_of_baselines(["baseline"])


def _name_those_of_baselines(line: list[str]) -> None:
    """Compute the fingerprint of each finding of the line `baseline`, with or without its line in it."""
    findings = sa.table("findings", *(sa.column(name) for name in ("id", "line", "fingerprint", *IDENTITY)))
    chosen = sa.select(findings.c.id, *(findings.c[name] for name in IDENTITY)).where(
        findings.c.line == "baseline"
    )
    named = [
        {"number": number, "name": _fingerprint([*identity, *line])}
        for number, *identity in op.get_bind().execute(chosen)
    ]
    renaming = (
        sa.update(findings)
        .where(findings.c.id == sa.bindparam("number"))
        .values(fingerprint=sa.bindparam("name"))
    )
    if named:
        op.get_bind().execute(renaming, named)


def _fingerprint(parts: list[str]) -> str:
    return blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def downgrade() -> None:
    _leave_one_line()
    op.drop_table("finding_events")
    op.drop_table("finding_acknowledgements")
    _keep_present_baselines()
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index("ix_findings_open")
        batch_op.drop_index(batch_op.f("ix_findings_acknowledged_until"))
        batch_op.drop_index(batch_op.f("ix_findings_tenant_id_policy_id"))
        batch_op.create_index(
            batch_op.f("ix_findings_tenant_id_status_severity_rank"),
            ["tenant_id", "status", "severity_rank"],
            unique=False,
        )
        for column in _added():
            batch_op.drop_column(column.name)


def _leave_one_line() -> None:
    """Of two findings that only their line tells apart, that of the baseline stays."""
    same = " AND ".join(f"b.{name} = findings.{name}" for name in ("tenant_id", *IDENTITY))
    op.execute(
        f"DELETE FROM findings WHERE line = 'pair' AND EXISTS"  # noqa: S608 - the names are ours
        f" (SELECT 1 FROM findings b WHERE b.line = 'baseline' AND {same})"
    )
    _name_those_of_baselines([])


def _keep_present_baselines() -> None:
    op.execute("CREATE TABLE drift_versions AS SELECT * FROM drift_baselines WHERE ended_at IS NULL")
    op.drop_table("drift_baselines")
    op.create_table(
        "drift_baselines",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("scope_key", sa.String(length=32), nullable=False),
        sa.Column("sync_run_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=255), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        *_foreign_keys_of_baselines(),
        sa.PrimaryKeyConstraint("tenant_id", "scope_key", name=op.f("pk_drift_baselines")),
    )
    op.execute(
        "INSERT INTO drift_baselines (tenant_id, scope_key, sync_run_id, set_by, set_at)"
        " SELECT tenant_id, scope_key, sync_run_id, set_by, set_at FROM drift_versions"
    )
    op.execute("DROP TABLE drift_versions")


def _foreign_keys_of_baselines() -> list[sa.ForeignKeyConstraint]:
    named = {"sync_run_id": "inventory_sync_runs", "tenant_id": "tenants"}
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{table}.id"],
            name=op.f(f"fk_drift_baselines_{column}_{table}"),
            ondelete="CASCADE",
        )
        for column, table in named.items()
    ]
