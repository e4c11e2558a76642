"""channels that are told of new findings alone, and those that get several messages in one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

GATHERED = sa.text("digest_id IS NOT NULL")
SUBSCRIPTIONS, DELIVERIES, INDEX = "channel_subscriptions", "deliveries", "ix_deliveries_gathered"


def upgrade() -> None:
    op.add_column(SUBSCRIPTIONS, sa.Column("least_rank", sa.Integer(), nullable=True))
    op.add_column(
        SUBSCRIPTIONS, sa.Column("digest_seconds", sa.Integer(), nullable=False, server_default="0")
    )
    with op.batch_alter_table(DELIVERIES) as deliveries:
        deliveries.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        deliveries.create_foreign_key(
            op.f("fk_deliveries_digest_id_deliveries"), DELIVERIES, ["digest_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(INDEX, DELIVERIES, ["digest_id"], sqlite_where=GATHERED, postgresql_where=GATHERED)


def downgrade() -> None:
    op.drop_index(INDEX, table_name=DELIVERIES)
    with op.batch_alter_table(DELIVERIES) as deliveries:
        deliveries.drop_constraint(op.f("fk_deliveries_digest_id_deliveries"), type_="foreignkey")
        deliveries.drop_column("digest_id")
    op.drop_column(SUBSCRIPTIONS, "digest_seconds")
    op.drop_column(SUBSCRIPTIONS, "least_rank")
