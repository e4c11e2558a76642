"""the baseline of each scope."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drift_baselines",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("scope_key", sa.String(length=32), nullable=False),
        sa.Column("sync_run_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sync_run_id"],
            ["inventory_sync_runs.id"],
            name=op.f("fk_drift_baselines_sync_run_id_inventory_sync_runs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_drift_baselines_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "scope_key", name=op.f("pk_drift_baselines")),
    )


def downgrade() -> None:
    op.drop_table("drift_baselines")
