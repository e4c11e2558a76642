"""the bucket of each run, indexes for every filter of a list, and how many runs have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RUNS, COUNTS = "bulk_operation_runs", "bulk_operation_run_counts"
ACTIVE = sa.text("status IN ('pending', 'running')")
RETRIES, FOLLOWERS = sa.text("retry_of_id IS NOT NULL"), sa.text("caused_by_id IS NOT NULL")
KINDS = ("resource", "action", "label", "initiator", "status_bucket")
BY_TYPE = "ix_bulk_operation_runs_tenant_id_resource_action_created_at"
ADDED = [
    ["tenant_id", "resource", "action", "created_at", "id"],
    ["tenant_id", "status_bucket", "created_at", "id"],
    ["tenant_id", "initiator", "created_at", "id"],
]
BUCKET = """
    CASE WHEN status = 'pending' THEN 'queued' WHEN status = 'running' THEN 'running'
    WHEN status IN ('failed', 'aborted') OR failed > 0 AND succeeded = 0 THEN 'failed'
    WHEN failed > 0 OR status = 'completed_with_errors' THEN 'partially_succeeded' ELSE 'succeeded' END
"""


def upgrade() -> None:
    op.add_column(
        RUNS, sa.Column("status_bucket", sa.String(length=24), nullable=False, server_default="queued")
    )
    op.execute(f"UPDATE {RUNS} SET status_bucket = {BUCKET}")  # noqa: S608 - our own names
    op.drop_index(BY_TYPE, table_name=RUNS)
    op.drop_index("ix_bulk_operation_runs_lease", table_name=RUNS)
    for columns in ADDED:
        op.create_index(_name(columns), RUNS, columns)
    _partly("ix_bulk_operation_runs_active", ["id"], ACTIVE)
    for column, where in (("retry_of_id", RETRIES), ("caused_by_id", FOLLOWERS)):
        op.drop_index(f"ix_bulk_operation_runs_{column}", table_name=RUNS)
        _partly(f"ix_bulk_operation_runs_{column}", [column], where)
    _create_counts()
    _count_what_ended()


def downgrade() -> None:
    op.drop_table(COUNTS)
    for column in ("retry_of_id", "caused_by_id"):
        op.drop_index(f"ix_bulk_operation_runs_{column}", table_name=RUNS)
        op.create_index(f"ix_bulk_operation_runs_{column}", RUNS, [column])
    op.drop_index("ix_bulk_operation_runs_active", table_name=RUNS)
    for columns in ADDED:
        op.drop_index(_name(columns), table_name=RUNS)
    op.create_index("ix_bulk_operation_runs_lease", RUNS, ["status", "lease_expires_at"])
    op.create_index(BY_TYPE, RUNS, ["tenant_id", "resource", "action", "created_at"])
    op.drop_column(RUNS, "status_bucket")


def _name(columns: list[str]) -> str:
    return op.f("_".join(["ix", RUNS, *columns]))


def _create_counts() -> None:
    op.create_table(
        COUNTS,
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("status_bucket", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("resource", sa.String(length=50), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("initiator", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{COUNTS}_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id",
            "status_bucket",
            "day",
            "resource",
            "action",
            "initiator",
            "label",
            name=op.f(f"pk_{COUNTS}"),
        ),
        sqlite_with_rowid=False,
    )


def _count_what_ended() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = "date(created_at)" if is_sqlite else "(created_at AT TIME ZONE 'UTC')::date"
    kinds = ", ".join(KINDS)
    for counted_on in ("'0001-01-01'" if is_sqlite else "DATE '0001-01-01'", day):
        op.execute(
            f"INSERT INTO {COUNTS} (tenant_id, day, {kinds}, runs) "  # noqa: S608 - our own names
            f"SELECT tenant_id, {counted_on} AS counted_on, {kinds}, count(*) FROM {RUNS} "
            f"WHERE status NOT IN ('pending', 'running') GROUP BY tenant_id, counted_on, {kinds}"
        )


def _partly(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, RUNS, columns, sqlite_where=where, postgresql_where=where)
