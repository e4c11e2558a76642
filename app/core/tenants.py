"""Tenants: one customer's Microsoft 365 tenant each, the wall of isolation."""

import re
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel, db
from app.core.errors import InvalidInputError, UnknownTenantError

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
NAME_LENGTH = 200


class Tenant(CoreModel):
    """One customer's tenant."""

    __tablename__ = "tenants"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)  # in every URL; never changes
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def create_tenant(slug: str, name: str | None = None) -> Tenant:
    """Add and commit a tenant.

    Args:
        slug: lower-case letters, digits and inner hyphens, at most 63; used in URLs.
        name: what people read; the slug when missing.

    Raises:
        InvalidInputError: the slug is malformed or taken, or the name too long.
    """
    if not SLUG.fullmatch(slug):
        message = f"tenant slug {slug[:80]!r}: use lower-case letters, digits and inner hyphens, at most 63"
        raise InvalidInputError(message)
    if name is not None and not 0 < len(name.strip()) <= NAME_LENGTH:
        message = f"tenant {slug!r}: a name has 1 to {NAME_LENGTH} characters"
        raise InvalidInputError(message)
    tenant = Tenant(slug=slug, name=name.strip() if name else slug)
    db.session.add(tenant)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        message = f"tenant {slug!r} exists already"
        raise InvalidInputError(message) from None
    return tenant


def tenant_by_slug(slug: str) -> Tenant:
    """The tenant of that slug.

    Raises:
        UnknownTenantError: there is none; the text names the slug.
    """
    tenant = find_tenant(slug)
    if tenant is None:
        message = f"no tenant {slug[:80]!r}"
        raise UnknownTenantError(message)
    return tenant


def find_tenant(slug: str) -> Tenant | None:
    """The tenant of that slug, or nothing."""
    return db.session.scalar(select(Tenant).where(Tenant.slug == slug))


def tenant_by_id(tenant_id: int) -> Tenant:
    """The tenant of that id.

    Raises:
        UnknownTenantError: there is none.
    """
    tenant = db.session.get(Tenant, tenant_id)
    if tenant is None:
        message = f"no tenant with id {tenant_id}"
        raise UnknownTenantError(message)
    return tenant


def all_tenants() -> list[Tenant]:
    """Every tenant, by slug: for administrators on the command line only."""
    return list(db.session.scalars(select(Tenant).order_by(Tenant.slug)))


def tenants_named(slug: str | None) -> list[Tenant]:
    """The tenant of a slug; without one every tenant.

    Raises:
        UnknownTenantError: there is none of that slug.
    """
    return all_tenants() if slug is None else [tenant_by_slug(slug)]
