"""how long a run is kept if its operation says so itself."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUNS = "bulk_operation_runs"
BY_TENANT, BY_TYPE = "ix_bulk_operation_runs_finished", "ix_bulk_operation_runs_kept_by_type"
FINISHED = sa.text("finished_at IS NOT NULL")
FINISHED_BY_TENANT = sa.text("finished_at IS NOT NULL AND retention IS NULL")
KEPT_BY_TYPE = sa.text("retention IS NOT NULL")


def upgrade() -> None:
    op.add_column(RUNS, sa.Column("retention", sa.Integer(), nullable=True))
    op.drop_index(BY_TENANT, table_name=RUNS)
    _index(BY_TENANT, ["tenant_id", "status", "finished_at"], FINISHED_BY_TENANT)
    _index(BY_TYPE, ["tenant_id", "retention", "status", "finished_at"], KEPT_BY_TYPE)


def downgrade() -> None:
    op.drop_index(BY_TYPE, table_name=RUNS)
    op.drop_index(BY_TENANT, table_name=RUNS)
    op.drop_column(RUNS, "retention")
    _index(BY_TENANT, ["tenant_id", "status", "finished_at"], FINISHED)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, RUNS, columns, unique=False, sqlite_where=where, postgresql_where=where)
