"""Buoys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "adrift__buoys",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "run_id",
            sa.Integer(),
            sa.ForeignKey("bulk_operation_runs.id", ondelete="CASCADE"),
            nullable=False,
        ),
    )


def downgrade():
    """Leave everything where it is."""
