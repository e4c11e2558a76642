"""the index of open findings holds all that counting them asks."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SHOWN = sa.text("resolved_at IS NULL AND held_by IS NULL AND hidden_by IS NULL")
COUNTED = ["tenant_id", "severity_rank", "status", "acknowledged_until"]
# Always null in it; without them SQLite reads each finding, and may take another index instead.
ASKED = ["resolved_at", "held_by", "hidden_by"]


def upgrade() -> None:
    _recreate([*COUNTED, *ASKED])


def downgrade() -> None:
    _recreate(COUNTED)


def _recreate(columns: list[str]) -> None:
    op.drop_index("ix_findings_open", "findings")
    op.create_index("ix_findings_open", "findings", columns, sqlite_where=SHOWN, postgresql_where=SHOWN)
