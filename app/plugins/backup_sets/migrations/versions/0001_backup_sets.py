"""backup sets, what they hold, and the runs that worked on them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_sets()
    _create_items()
    _create_runs()


def _create_sets() -> None:
    op.create_table(
        "backup_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_backup_sets_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_sets")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_backup_sets_tenant_id_name")),
        sqlite_autoincrement=True,
    )


def _create_items() -> None:
    op.create_table(
        "backup_set_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("backup_set_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.String(length=32), nullable=False),
        sa.Column("scope_key", sa.String(length=32), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("policy_type", sa.String(length=120), nullable=False),
        sa.Column("external_id", sa.String(length=600), nullable=False),
        sa.Column("twin", sa.String(length=600), nullable=False),
        sa.Column("display_name", sa.String(length=600), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("normalizer_version", sa.Integer(), nullable=False),
        sa.Column("secret_count", sa.Integer(), nullable=False),
        sa.Column("sync_run_id", sa.Integer(), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_as", sa.String(length=16), nullable=False),
        sa.Column("added_by", sa.String(length=255), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operation_run_id", sa.Integer(), nullable=True),
        sa.Column("document_state", sa.String(length=16), nullable=True),
        sa.Column("tenant_state", sa.String(length=16), nullable=True),
        sa.Column("compared_run_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        *_item_constraints(),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("backup_set_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_set_items_operation_run_id"), ["operation_run_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_backup_set_items_tenant_id_content_hash"),
            ["tenant_id", "content_hash"],
            unique=False,
        )


def _item_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["backup_set_id"],
            ["backup_sets.id"],
            name=op.f("fk_backup_set_items_backup_set_id_backup_sets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["operation_run_id"],
            ["bulk_operation_runs.id"],
            name=op.f("fk_backup_set_items_operation_run_id_bulk_operation_runs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "content_hash"],
            ["inventory_documents.tenant_id", "inventory_documents.content_hash"],
            name=op.f("fk_backup_set_items_tenant_id_content_hash_inventory_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_backup_set_items_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_set_items")),
        sa.UniqueConstraint(
            "backup_set_id",
            "policy_id",
            "sync_run_id",
            name=op.f("uq_backup_set_items_backup_set_id_policy_id_sync_run_id"),
        ),
    )


def _create_runs() -> None:
    op.create_table(
        "backup_set_runs",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("backup_set_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backup_set_id"],
            ["backup_sets.id"],
            name=op.f("fk_backup_set_runs_backup_set_id_backup_sets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["bulk_operation_runs.id"],
            name=op.f("fk_backup_set_runs_run_id_bulk_operation_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_backup_set_runs")),
    )
    with op.batch_alter_table("backup_set_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_set_runs_backup_set_id_run_id"), ["backup_set_id", "run_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("backup_set_runs")
    op.drop_table("backup_set_items")
    op.drop_table("backup_sets")
