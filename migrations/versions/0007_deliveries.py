"""channels that tenants want to be told by, and what is to be sent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'pending'")
SUBSCRIPTIONS, DELIVERIES = "channel_subscriptions", "deliveries"


def upgrade() -> None:
    op.create_table(
        SUBSCRIPTIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("buckets", sa.Text(), nullable=False),
        sa.Column("run_types", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _foreign_key(SUBSCRIPTIONS, "tenant_id", "tenants", "CASCADE"),
        _foreign_key(SUBSCRIPTIONS, "created_by_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_subscriptions")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_channel_subscriptions_tenant_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        DELIVERIES,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("said", sa.String(length=400), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        _foreign_key(DELIVERIES, "subscription_id", SUBSCRIPTIONS, "CASCADE"),
        _foreign_key(DELIVERIES, "run_id", "bulk_operation_runs", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("run_id", "subscription_id", name=op.f("uq_deliveries_run_id_subscription_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deliveries_subscription_id_id"), DELIVERIES, ["subscription_id", "id"])
    op.create_index(
        "ix_deliveries_due", DELIVERIES, ["next_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    op.drop_table(DELIVERIES)
    op.drop_table(SUBSCRIPTIONS)


def _foreign_key(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)
