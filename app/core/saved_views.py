"""Saved views: filters of the hub that a member of a tenant keeps under a name, for that member alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel, db
from app.core.errors import InvalidParametersError
from app.core.runs.queries import LARGEST_ID
from app.core.tenants import Tenant
from app.core.users import User

NAME_LENGTH = 60
MOST = 30  # of one member in one tenant


class SavedView(CoreModel):
    """One name for some filters."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "tenant_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    query: Mapped[str] = mapped_column(Text)  # of the list's URL, without a page; empty: no filter at all
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def save_view(tenant: Tenant, user: User, name: str, query: str) -> SavedView:
    """Keep filters under a name; commits.

    Args:
        tenant: whose runs they are about.
        user: a member, whatever the role; nobody else sees the view.
        name: 1 to 60 characters, unique among the user's views of the tenant.
        query: valid filters as they stand in the list's URL.

    Raises:
        InvalidParametersError: the name cannot be taken, or there are 30 views already.
    """
    view = SavedView(tenant_id=tenant.id, user_id=user.id, name=_checked(name), query=query)
    # Whoever else saves for this user waits here, so that both count what there is.
    db.session.scalar(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    count = select(func.count()).select_from(SavedView).where(*_of(tenant, user))
    if (db.session.scalar(count) or 0) >= MOST:
        db.session.rollback()
        raise InvalidParametersError({"": f"You have {MOST} views here already: remove one first."})
    db.session.add(view)
    _commit(view.name)
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Give a view another name; commits.

    Raises:
        InvalidParametersError: the name cannot be taken.
    """
    view.name = _checked(name)
    _commit(view.name)


def remove_view(view: SavedView) -> None:
    """Forget a view; commits."""
    db.session.delete(view)
    db.session.commit()


def list_views(tenant: Tenant, user: User) -> Sequence[SavedView]:
    """A user's views of one tenant, by name."""
    query = select(SavedView).where(*_of(tenant, user))
    return db.session.scalars(query.order_by(func.lower(SavedView.name), SavedView.id)).all()


def find_view(tenant: Tenant, user: User, view_id: int) -> SavedView | None:
    """One view of a user in a tenant, or nothing."""
    if not 0 < view_id <= LARGEST_ID:
        return None
    return db.session.scalar(select(SavedView).where(*_of(tenant, user), SavedView.id == view_id))


def _of(tenant: Tenant, user: User) -> tuple[ColumnElement[bool], ...]:
    return SavedView.tenant_id == tenant.id, SavedView.user_id == user.id


def _checked(name: str) -> str:
    """A name as it is kept: no control characters, no blanks around it."""
    shown = " ".join(name.split())
    if not 0 < len(shown) <= NAME_LENGTH or not shown.isprintable():
        raise InvalidParametersError({"name": f"A name has 1 to {NAME_LENGTH} visible characters."})
    return shown


def _commit(name: str) -> None:
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        message = f"You have a view “{name}” here already."
        raise InvalidParametersError({"name": message}) from None
