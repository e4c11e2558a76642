"""an item refers to tenant and set by one foreign key, and to the run that added it by value."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ITEMS = "backup_set_items"
# On SQLite the table is made again, and reflection does not see that its numbers are never given twice.
ITEMS_ANEW = {"sqlite_autoincrement": True}
OF_TENANT = "fk_backup_set_items_tenant_id_tenants"
OF_SET = "fk_backup_set_items_backup_set_id_backup_sets"
OF_RUN = "fk_backup_set_items_operation_run_id_bulk_operation_runs"
OF_BOTH = "fk_backup_set_items_tenant_id_backup_set_id_backup_sets"


def upgrade() -> None:
    op.create_index(op.f("ix_backup_sets_tenant_id_id"), "backup_sets", ["tenant_id", "id"], unique=True)
    with op.batch_alter_table(ITEMS, table_kwargs=ITEMS_ANEW) as items:
        for name in (OF_TENANT, OF_SET, OF_RUN):
            items.drop_constraint(op.f(name), type_="foreignkey")
        items.create_foreign_key(
            op.f(OF_BOTH),
            "backup_sets",
            ["tenant_id", "backup_set_id"],
            ["tenant_id", "id"],
            ondelete="CASCADE",
        )


def downgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE backup_set_items SET operation_run_id = NULL "
            "WHERE operation_run_id NOT IN (SELECT id FROM bulk_operation_runs)"
        )
    )
    with op.batch_alter_table(ITEMS, table_kwargs=ITEMS_ANEW) as items:
        items.drop_constraint(op.f(OF_BOTH), type_="foreignkey")
        items.create_foreign_key(op.f(OF_TENANT), "tenants", ["tenant_id"], ["id"], ondelete="CASCADE")
        items.create_foreign_key(op.f(OF_SET), "backup_sets", ["backup_set_id"], ["id"], ondelete="CASCADE")
        items.create_foreign_key(
            op.f(OF_RUN), "bulk_operation_runs", ["operation_run_id"], ["id"], ondelete="SET NULL"
        )
    op.drop_index(op.f("ix_backup_sets_tenant_id_id"), "backup_sets")
