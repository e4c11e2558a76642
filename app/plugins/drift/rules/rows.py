"""The tables of ignore rules that people made, and of rules that a tenant switched off."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.plugins.drift.models import DriftModel


class DriftIgnoreRule(DriftModel):
    """A rule about changes that are nobody's drift, as people make them."""

    __tablename__ = "drift_ignore_rules"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), index=True
    )  # none: all tenants of its owner
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    owner: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    label: Mapped[str] = mapped_column(String(120))
    collection: Mapped[str] = mapped_column(String(120))  # key of a policy type; empty: any
    path: Mapped[str] = mapped_column(String(300))  # glob
    name: Mapped[str] = mapped_column(String(200))  # glob; empty: any
    reason: Mapped[str] = mapped_column(String(400))
    expires_at: Mapped[datetime | None]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)  # counts its edits
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class DriftRuleSwitch(DriftModel):
    """A rule that a tenant has switched off: one of a plugin, or of an owner of several tenants."""

    __tablename__ = "drift_rule_switches"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    rule_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    reason: Mapped[str] = mapped_column(String(400), default="")
    switched_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    switched_at: Mapped[datetime] = mapped_column(default=clock.now)
