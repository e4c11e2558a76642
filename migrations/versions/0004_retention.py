"""an index by which retention finds old runs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FINISHED = sa.text("finished_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_bulk_operation_runs_finished",
        "bulk_operation_runs",
        ["tenant_id", "status", "finished_at"],
        unique=False,
        sqlite_where=FINISHED,
        postgresql_where=FINISHED,
    )


def downgrade() -> None:
    op.drop_index("ix_bulk_operation_runs_finished", table_name="bulk_operation_runs")
