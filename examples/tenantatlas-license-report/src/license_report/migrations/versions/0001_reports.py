"""reports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REPORTS = "license_report__reports"
POLICIES = "license_report__policies"


def upgrade() -> None:
    op.create_table(
        REPORTS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sync_run_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["bulk_operation_runs.id"],
            name=op.f(f"fk_{REPORTS}_run_id_bulk_operation_runs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sync_run_id"],
            ["inventory_sync_runs.id"],
            name=op.f(f"fk_{REPORTS}_sync_run_id_inventory_sync_runs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{REPORTS}_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REPORTS}")),
        sa.UniqueConstraint("run_id", name=op.f(f"uq_{REPORTS}_run_id")),
    )
    op.create_index(op.f(f"ix_{REPORTS}_sync_run_id"), REPORTS, ["sync_run_id"])
    op.create_index(op.f(f"ix_{REPORTS}_tenant_id_id"), REPORTS, ["tenant_id", "id"])
    op.create_table(
        POLICIES,
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("policy_type", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("license", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            [f"{REPORTS}.id"],
            name=op.f(f"fk_{POLICIES}_report_id_{REPORTS}"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{POLICIES}_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "policy_id", name=op.f(f"pk_{POLICIES}")),
    )
    op.create_index(op.f(f"ix_{POLICIES}_tenant_id"), POLICIES, ["tenant_id"])


def downgrade() -> None:
    op.drop_table(POLICIES)
    op.drop_table(REPORTS)
