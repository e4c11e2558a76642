"""exports, imported sets, and fewer foreign keys.

An item refers to tenant and set by one foreign key, and to the run that added it by value.
"""

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
    op.add_column("backup_sets", sa.Column("imported_from", sa.JSON(none_as_null=True), nullable=True))
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
    _create_exports()


def _create_exports() -> None:
    op.create_table(
        "backup_set_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("backup_set_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("policies", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("secret_count", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "backup_set_id"],
            ["backup_sets.tenant_id", "backup_sets.id"],
            name=op.f("fk_backup_set_exports_tenant_id_backup_set_id_backup_sets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_set_exports")),
        sa.UniqueConstraint("run_id", name=op.f("uq_backup_set_exports_run_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_backup_set_exports_tenant_id_backup_set_id"),
        "backup_set_exports",
        ["tenant_id", "backup_set_id"],
    )


def downgrade() -> None:
    op.drop_table("backup_set_exports")
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
    op.drop_column("backup_sets", "imported_from")
    op.drop_index(op.f("ix_backup_sets_tenant_id_id"), "backup_sets")
