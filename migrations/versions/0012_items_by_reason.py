"""an index by which the items of one reason are listed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WITH_REASON = sa.text("reason_code IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_bulk_operation_run_items_reason",
        "bulk_operation_run_items",
        ["run_id", "outcome", "reason_code", "id"],
        unique=False,
        sqlite_where=WITH_REASON,
        postgresql_where=WITH_REASON,
    )


def downgrade() -> None:
    op.drop_index("ix_bulk_operation_run_items_reason", table_name="bulk_operation_run_items")
