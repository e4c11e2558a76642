"""which run found a finding first."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("findings", sa.Column("first_run_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("findings", "first_run_id")
