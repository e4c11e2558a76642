"""item ledger with states, timeline, worker registry, and what a run needs to be resumed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENDS = sa.text("kind IN ('completed', 'completed_with_errors', 'failed', 'aborted')")
PENDING = sa.text("status = 'pending'")
JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("bulk_operation_runs", schema=None) as batch_op:
        for column in ("unknown", "lost_attempts", "rings"):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("max_attempts", sa.Integer(), nullable=False, server_default="1"))
        for column in ("resumable", "idempotent_items"):
            batch_op.add_column(sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("items_listed", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("report_totals", JSON, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("retry_of_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("caused_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("max_runtime", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("concurrency", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deadline_at", MOMENT, nullable=True))
        batch_op.alter_column("rung_at", new_column_name="ring_at", existing_type=MOMENT)
        for column in ("retry_of_id", "caused_by_id"):
            batch_op.create_foreign_key(
                batch_op.f(f"fk_bulk_operation_runs_{column}_bulk_operation_runs"),
                "bulk_operation_runs",
                [column],
                ["id"],
                ondelete="SET NULL",
            )
            batch_op.create_index(batch_op.f(f"ix_bulk_operation_runs_{column}"), [column], unique=False)
    op.create_index(
        "ix_bulk_operation_runs_ring",
        "bulk_operation_runs",
        ["ring_at"],
        unique=False,
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    with op.batch_alter_table("bulk_operation_run_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_index(
            batch_op.f("ix_bulk_operation_run_items_run_id_outcome_id"),
            ["run_id", "outcome", "id"],
            unique=False,
        )
    op.create_table(
        "bulk_operation_run_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("text", sa.String(length=400), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["bulk_operation_runs.id"],
            name=op.f("fk_bulk_operation_run_events_run_id_bulk_operation_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_operation_run_events")),
    )
    with op.batch_alter_table("bulk_operation_run_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulk_operation_run_events_run_id_id"), ["run_id", "id"], unique=False
        )
        batch_op.create_index(
            "uq_bulk_operation_run_events_end",
            ["run_id"],
            unique=True,
            sqlite_where=ENDS,
            postgresql_where=ENDS,
        )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("plugins", JSON, nullable=False),
        sa.Column("run_types", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("lives_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_table("bulk_operation_run_events")
    op.execute("DELETE FROM bulk_operation_run_items WHERE outcome NOT IN ('succeeded', 'failed', 'skipped')")
    with op.batch_alter_table("bulk_operation_run_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_operation_run_items_run_id_outcome_id"))
        batch_op.drop_column("attempt")
    op.drop_index("ix_bulk_operation_runs_ring", table_name="bulk_operation_runs")
    with op.batch_alter_table("bulk_operation_runs", schema=None) as batch_op:
        for column in ("retry_of_id", "caused_by_id"):
            batch_op.drop_index(batch_op.f(f"ix_bulk_operation_runs_{column}"))
            batch_op.drop_constraint(
                batch_op.f(f"fk_bulk_operation_runs_{column}_bulk_operation_runs"), type_="foreignkey"
            )
        batch_op.alter_column("ring_at", new_column_name="rung_at", existing_type=MOMENT)
        for column in (
            *("concurrency", "max_runtime"),
            *("deadline_at", "caused_by_id", "retry_of_id", "report_totals", "items_listed", "max_attempts"),
            *("idempotent_items", "resumable", "rings", "lost_attempts", "unknown"),
        ):
            batch_op.drop_column(column)
