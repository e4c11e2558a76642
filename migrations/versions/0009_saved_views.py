"""saved views of the list of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

VIEWS = "saved_views"


def upgrade() -> None:
    op.create_table(
        VIEWS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("tenant_id", "tenants"),
        _belongs("user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint(
            "user_id", "tenant_id", "name", name=op.f("uq_saved_views_user_id_tenant_id_name")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_views_tenant_id"), VIEWS, ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_table(VIEWS)


def _belongs(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_saved_views_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
