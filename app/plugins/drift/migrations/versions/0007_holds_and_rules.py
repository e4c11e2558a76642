"""what gates hold, and ignore rules as rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("resolved_at IS NULL")
SHOWN = sa.text("resolved_at IS NULL AND held_by IS NULL AND hidden_by IS NULL")
COUNTED = ["tenant_id", "severity_rank", "status", "acknowledged_until"]


def upgrade() -> None:
    _create_holds()
    _create_rules()
    _create_switches()
    with op.batch_alter_table("findings", schema=None) as batch_op:
        for column in _added():
            batch_op.add_column(column)
        batch_op.create_foreign_key(
            batch_op.f("fk_findings_hold_id_finding_holds"),
            "finding_holds",
            ["hold_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_findings_hold_id"), ["hold_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_findings_tenant_id_hidden_by"), ["tenant_id", "hidden_by"], unique=False
        )
        batch_op.drop_index("ix_findings_open")
        batch_op.create_index(
            "ix_findings_open", COUNTED, unique=False, sqlite_where=SHOWN, postgresql_where=SHOWN
        )


def _added() -> list[sa.Column[object]]:
    return [
        sa.Column("held_by", sa.String(length=24)),
        sa.Column("hold_id", sa.Integer()),
        sa.Column("held_hash", sa.String(length=32)),
        sa.Column("hidden_by", sa.String(length=100)),
        sa.Column("hidden_paths", JSON, nullable=False, server_default="[]"),
        sa.Column("shape", sa.String(length=32)),
        sa.Column("is_untold", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


def _create_holds() -> None:
    op.create_table(
        "finding_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("scope_key", sa.String(length=32), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=False),
        sa.Column("gate", sa.String(length=24), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("sentence", sa.String(length=600), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        _of_tenant("finding_holds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_holds")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_finding_holds_tenant_id_state"), "finding_holds", ["tenant_id", "state"], unique=False
    )


def _create_rules() -> None:
    op.create_table(
        "drift_ignore_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_drift_ignore_rules_owner_id_users"), ondelete="SET NULL"
        ),
        _of_tenant("drift_ignore_rules"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_ignore_rules")),
        sqlite_autoincrement=True,
    )
    for column in ("owner_id", "tenant_id"):
        op.create_index(op.f(f"ix_drift_ignore_rules_{column}"), "drift_ignore_rules", [column], unique=False)


def _create_switches() -> None:
    op.create_table(
        "drift_rule_switches",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("rule_key", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("switched_by", sa.String(length=255), nullable=False),
        sa.Column("switched_at", MOMENT, nullable=False),
        _of_tenant("drift_rule_switches"),
        sa.PrimaryKeyConstraint("tenant_id", "rule_key", name=op.f("pk_drift_rule_switches")),
    )


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants"), ondelete="CASCADE"
    )


def downgrade() -> None:
    op.execute("DELETE FROM findings WHERE hidden_by IS NOT NULL")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index("ix_findings_open")
        batch_op.create_index(
            "ix_findings_open", COUNTED, unique=False, sqlite_where=OPEN, postgresql_where=OPEN
        )
        batch_op.drop_index(batch_op.f("ix_findings_tenant_id_hidden_by"))
        batch_op.drop_index(batch_op.f("ix_findings_hold_id"))
        batch_op.drop_constraint(batch_op.f("fk_findings_hold_id_finding_holds"), type_="foreignkey")
        for column in _added():
            batch_op.drop_column(column.name)
    for table in ("drift_rule_switches", "drift_ignore_rules", "finding_holds"):
        op.drop_table(table)
