"""an index that finds a tenant's newest sync."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inventory_sync_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inventory_sync_runs_tenant_id_id"), ["tenant_id", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("inventory_sync_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inventory_sync_runs_tenant_id_id"))
