"""The audit log: who did what, when; never changed, never deleted with a run."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Insert,
    String,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel, JsonObject, database_now, db, execute, table_of
from app.core.redaction import safe_inputs

SYSTEM = "system"


class AuditLog(CoreModel):
    """One fact."""

    __tablename__ = "audit_logs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    action: Mapped[str] = mapped_column(String(100))  # `run.started`, `session.signed_in`
    subject: Mapped[str] = mapped_column(String(255))  # `run:17`
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


_entries = table_of(AuditLog)
_INSERT = insert(_entries).returning(AuditLog.id)
# On PostgreSQL.
NEXT_ID = func.nextval(func.pg_get_serial_sequence(literal_column("'audit_logs'"), literal_column("'id'")))


def record(
    tenant_id: int | None,
    action: str,
    subject: str,
    *,
    user_id: int | None = None,
    actor: str = SYSTEM,
    details: JsonObject | None = None,
) -> int:
    """Add an entry to the current transaction and answer with its number; the caller commits.

    Args:
        tenant_id: the tenant it concerns; none for the deployment itself.
        action: `noun.verb_in_past`.
        subject: `kind:id`.
        user_id: who, when it was a signed-in person.
        actor: the name that stays readable when the user is gone.
        details: facts; secret-sounding names are hidden.
    """
    db.session.flush()
    values = {
        "tenant_id": tenant_id,
        "user_id": user_id,
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": safe_inputs(details or {}),
    }
    return int(execute(_INSERT, values).scalar_one())


def recorded(
    action: str,
    *,
    entry_id: ColumnElement[int],
    tenant_id: ColumnElement[int],
    subject: ColumnElement[str],
    user_id: ColumnElement[int],
    actor: ColumnElement[str],
) -> Insert:
    """The statement of an entry about a row that another part of the same statement inserts.

    Its parameter `audit_details` takes `safe_inputs` of the facts.
    """
    details = bindparam("audit_details", type_=JSON())
    chosen = select(entry_id, tenant_id, user_id, actor, literal(action), subject, details, database_now())
    names = ["id", "tenant_id", "user_id", "actor", "action", "subject", "details", "created_at"]
    return insert(_entries).from_select(names, chosen)
