"""how many versions a set keeps, and what a run that fills one takes from and takes out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("backup_sets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_versions", sa.Integer(), nullable=True))
    with op.batch_alter_table("backup_set_runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sync_run_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("trimmed", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("backup_set_runs", schema=None) as batch_op:
        batch_op.alter_column("trimmed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("backup_set_runs", schema=None) as batch_op:
        batch_op.drop_column("trimmed")
        batch_op.drop_column("sync_run_id")
    with op.batch_alter_table("backup_sets", schema=None) as batch_op:
        batch_op.drop_column("keep_versions")
