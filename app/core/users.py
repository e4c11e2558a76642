"""Users, their memberships and roles."""

import re
from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, UniqueConstraint, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from app.core import clock
from app.core.db import CoreModel, db
from app.core.errors import InvalidInputError
from app.core.tenants import Tenant

EMAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[^@\s,;<>\"']{1,190}")
PASSWORD_LENGTH = range(12, 1025)

_hasher = PasswordHasher()
# Verified when the address is unknown, so that both answers take the same time.
_NOBODYS_HASH = _hasher.hash("nobody has this password")


class Role(StrEnum):
    """What a member may do in one tenant; each includes the ones before it."""

    READONLY = "readonly"  # sees runs and findings, starts nothing
    OPERATOR = "operator"  # starts operations
    MANAGER = "manager"  # baselines, schedules, rules
    OWNER = "owner"  # members and plugins

    @property
    def rank(self) -> int:
        """0 for readonly, rising."""
        return list(Role).index(self)

    def includes(self, needed: "Role") -> bool:
        """Whether this role is enough where `needed` is asked for."""
        return self.rank >= needed.rank


class Notices(StrEnum):
    """Which of their own runs a person is told about by the bell, in every tenant."""

    ALWAYS = "always"  # when one is queued, and when it has ended
    PROBLEMS = "problems"  # when one has ended, and not everything worked
    NEVER = "never"


class User(UserMixin, CoreModel):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)  # lower case
    password_hash: Mapped[str] = mapped_column(String(255))  # argon2id
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised: every session of this user ends
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    notices: Mapped[Notices] = mapped_column(String(16), default=Notices.ALWAYS)

    memberships: Mapped[list["Membership"]] = relationship(viewonly=True)

    def get_id(self) -> str:
        """What the session keeps: identity and epoch."""
        return f"{self.id}.{self.session_epoch}"

    def membership_at(self, slug: str) -> "Membership | None":
        """This user's membership in the tenant of a slug; nothing for a stranger as for no tenant."""
        return next((found for found in self.memberships if found.tenant.slug == slug), None)


class Membership(CoreModel):
    """One user's role in one tenant."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "tenant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    tenant: Mapped[Tenant] = relationship(lazy="joined", innerjoin=True)


# Asked with every page: built once.
_WITH_MEMBERSHIPS = (
    select(User)
    .outerjoin(User.memberships)
    .outerjoin(Membership.tenant)
    .where(User.id == bindparam("of_user"))
    .order_by(Tenant.name)
    .options(contains_eager(User.memberships).contains_eager(Membership.tenant))
)


def create_user(email: str, password: str) -> User:
    """Add and commit a user.

    Raises:
        InvalidInputError: the address is malformed or taken, or the password is shorter than 12 characters.
    """
    address = email.strip().lower()
    if not EMAIL.fullmatch(address):
        message = f"{email[:80]!r} is no e-mail address"
        raise InvalidInputError(message)
    if len(password) not in PASSWORD_LENGTH:
        message = f"password of {address}: {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters"
        raise InvalidInputError(message)
    user = User(email=address, password_hash=_hasher.hash(password))
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        message = f"user {address!r} exists already"
        raise InvalidInputError(message) from None
    return user


def set_membership(user: User, tenant: Tenant, role: Role) -> Membership:
    """Make `user` a member of `tenant` with that role, or change the role; commits."""
    membership = membership_of(user.id, tenant.id)
    if membership is None:
        membership = Membership(user_id=user.id, tenant_id=tenant.id)
        db.session.add(membership)
    membership.role = role
    db.session.commit()
    return membership


def choose_notices(user: User, notices: Notices) -> None:
    """Tell a user about their runs so from now on; what was told stays; commits."""
    db.session.execute(update(User).where(User.id == user.id).values(notices=notices))
    db.session.commit()


def find_user(email: str) -> User | None:
    """The user of that address, or nothing."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def authenticate(email: str, password: str) -> User | None:
    """The user whose password this is, or nothing; takes as long for an unknown address."""
    user = find_user(email)
    try:
        _hasher.verify(user.password_hash if user else _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return None
    return user


def user_of_session(session_id: str) -> User | None:
    """The user a session names, with memberships by tenant name; nothing: user gone, or session revoked."""
    user_id, _, epoch = session_id.partition(".")
    if not (user_id.isdecimal() and epoch.isdecimal()):
        return None
    user = db.session.scalars(_WITH_MEMBERSHIPS, {"of_user": int(user_id)}).unique().one_or_none()
    return user if user is not None and user.session_epoch == int(epoch) else None


def membership_of(user_id: int, tenant_id: int) -> Membership | None:
    """A user's membership in one tenant, or nothing."""
    return db.session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.tenant_id == tenant_id)
    )


def owners_of(tenant: Tenant) -> list[User]:
    """The owners of a tenant, by address."""
    query = select(User).join(Membership, Membership.user_id == User.id)
    owning = query.where(Membership.tenant_id == tenant.id, Membership.role == Role.OWNER)
    return list(db.session.scalars(owning.order_by(User.email)))


def memberships_of(user_id: int) -> list[Membership]:
    """All memberships of one user with their tenants, by tenant name."""
    query = select(Membership).join(Tenant).where(Membership.user_id == user_id).order_by(Tenant.name)
    return list(db.session.scalars(query.options(contains_eager(Membership.tenant))))
