"""an index that serves whoever removes a run: its findings are found without reading all."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_findings_operation_run_id_tenant_id"),
            ["operation_run_id", "tenant_id"],
            unique=False,
        )
        batch_op.drop_index(batch_op.f("ix_findings_tenant_id_operation_run_id"))


def downgrade() -> None:
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_findings_tenant_id_operation_run_id"),
            ["tenant_id", "operation_run_id"],
            unique=False,
        )
        batch_op.drop_index(batch_op.f("ix_findings_operation_run_id_tenant_id"))
