"""what each user is told about their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("notices", sa.String(length=16), nullable=False, server_default="always")
    )


def downgrade() -> None:
    op.drop_column("users", "notices")
