"""tokens of the API, and the keys of its starts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TOKENS, STARTS = "api_tokens", "keyed_starts"


def upgrade() -> None:
    op.create_table(
        TOKENS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _belongs(TOKENS, "tenant_id", "tenants"),
        _belongs(TOKENS, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        STARTS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _belongs(STARTS, "tenant_id", "tenants"),
        _belongs(STARTS, "user_id", "users"),
        _belongs(STARTS, "run_id", "bulk_operation_runs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyed_starts")),
        sa.UniqueConstraint(
            "tenant_id", "user_id", "key_hash", name=op.f("uq_keyed_starts_tenant_id_user_id_key_hash")
        ),
        sqlite_autoincrement=True,
    )
    for table, column in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    op.drop_table(STARTS)
    op.drop_table(TOKENS)


_INDEXED = (
    (TOKENS, "tenant_id"),
    (TOKENS, "user_id"),
    (STARTS, "user_id"),
    (STARTS, "run_id"),
    (STARTS, "created_at"),
)


def _belongs(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
